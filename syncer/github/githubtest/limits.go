package githubtest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// The limits of the service.
const (
	searchLimit   = 30 // a minute
	contentMinute = 80
	contentHour   = 500
)

// quota is what an account has used.
type quota struct {
	used, searches     int
	reset, searchReset time.Time
	created            []time.Time // content, of the last hour
}

func (s *Server) quota(c *call) *quota {
	who := "nobody"
	switch {
	case c.token != nil:
		who = c.token.who()
	case c.app != nil:
		who = fmt.Sprintf("app %d", c.app.id)
	}
	q := s.limits[who]
	if q == nil {
		q = &quota{}
		s.limits[who] = q
	}
	now := s.clock.Now()
	if !now.Before(q.reset) {
		q.used, q.reset = 0, now.Add(time.Hour).Truncate(time.Second)
	}
	if !now.Before(q.searchReset) {
		q.searches, q.searchReset = 0, now.Add(time.Minute).Truncate(time.Second)
	}
	return q
}

// spend counts a request, and refuses it when there are too many.
func (s *Server) spend(c *call) *answer {
	q := s.quota(c)
	switch {
	case c.route.pattern == "/rate_limit":
		return nil
	case c.isSearch():
		if q.searches >= searchLimit {
			a := c.refuse(http.StatusForbidden, "API rate limit exceeded for user ID "+fmt.Sprint(c.actor.id)+".")
			return &a
		}
		q.searches++
		return nil
	case q.used >= s.o.HourlyLimit:
		a := c.refuse(http.StatusForbidden, "API rate limit exceeded for user ID "+fmt.Sprint(c.actor.id)+".")
		return &a
	}
	q.used++
	if !c.route.need.creates {
		return nil
	}
	return s.create(c, q)
}

// create counts content against the secondary limits.
func (s *Server) create(c *call, q *quota) *answer {
	now := s.clock.Now()
	for len(q.created) > 0 && !q.created[0].After(now.Add(-time.Hour)) {
		q.created = q.created[1:]
	}
	minute := 0
	for _, at := range q.created {
		if at.After(now.Add(-time.Minute)) {
			minute++
		}
	}
	if minute < contentMinute && len(q.created) < contentHour {
		q.created = append(q.created, now)
		return nil
	}
	wait := q.created[len(q.created)-minute].Add(time.Minute).Sub(now)
	if len(q.created) >= contentHour {
		wait = q.created[0].Add(time.Hour).Sub(now)
	}
	a := c.refuse(http.StatusForbidden, secondaryLimit)
	a.header = http.Header{"Retry-After": {fmt.Sprint(int((wait + time.Second - 1) / time.Second))}}
	return &a
}

const secondaryLimit = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."

// refund gives back what a request cost whose answer the client had already.
func (s *Server) refund(c *call) {
	if q := s.quota(c); c.route != nil && c.route.pattern != "/rate_limit" && !c.isSearch() && q.used > 0 {
		q.used--
	}
}

func (c *call) isSearch() bool {
	return c.route != nil && strings.HasPrefix(c.route.pattern, "/search/")
}

func (s *Server) quotaHeaders(c *call, h http.Header) {
	if c.token == nil && c.app == nil {
		return
	}
	q := s.quota(c)
	limit, used, reset, resource := s.o.HourlyLimit, q.used, q.reset, "core"
	if c.isSearch() {
		limit, used, reset, resource = searchLimit, q.searches, q.searchReset, "search"
	}
	h.Set("X-RateLimit-Limit", fmt.Sprint(limit))
	h.Set("X-RateLimit-Used", fmt.Sprint(used))
	h.Set("X-RateLimit-Remaining", fmt.Sprint(limit-used))
	h.Set("X-RateLimit-Reset", fmt.Sprint(reset.Unix()))
	h.Set("X-RateLimit-Resource", resource)
}

// Exhaust uses up what is left of somebody's hour; an App goes by "installation N".
func (s *Server) Exhaust(who string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits[who] = &quota{used: s.o.HourlyLimit, reset: s.clock.Now().Add(time.Hour).Truncate(time.Second)}
}

func getRateLimit(c *call) answer {
	q := c.s.quota(c)
	view := func(limit, used int, reset time.Time) object {
		return object{"limit": limit, "used": used, "remaining": limit - used, "reset": reset.Unix()}
	}
	core := view(c.s.o.HourlyLimit, q.used, q.reset)
	return ok(object{"rate": core, "resources": object{"core": core, "search": view(searchLimit, q.searches, q.searchReset)}})
}

package githubtest

// follow brings the open pull requests of a repository up to date with its
// branches, however those were moved.
func (s *Server) follow(r *repository) {
	for _, i := range r.items {
		if i.pull != nil && i.open {
			s.followPull(r, i)
		}
	}
}

func (s *Server) followPull(r *repository, i *issue) {
	p := i.pull
	head, base := r.tip(p.head), r.tip(p.base)
	if head == p.headSHA && base == p.baseSHA {
		return
	}
	headMoved, baseMoved := head != p.headSHA, base != p.baseSHA
	switch {
	case base != "" && baseMoved && r.contains(base, p.headSHA):
		// What was proposed has arrived some other way.
		p.baseSHA = base
		s.merged(i, s.lastPusher(r), base)
		return
	case head == "" || base == "":
		s.closePull(i, r.owner)
		return
	case headMoved && r.contains(base, head):
		p.headSHA, p.baseSHA = head, base
		s.closePull(i, r.owner)
		return
	}
	if headMoved {
		s.event(i, r.owner, event{kind: "head_ref_force_pushed", commit: head}, !r.contains(head, p.headSHA))
		s.event(i, r.owner, event{kind: "committed", commit: head}, r.contains(head, p.headSHA))
		s.pullRef(r, i, head)
	}
	p.headSHA, p.baseSHA = head, base
	if headMoved {
		i.updated = s.now()
	}
}

// lastPusher is who is said to have merged what was merged by a push.
func (s *Server) lastPusher(r *repository) *account {
	if r.pusher != nil {
		return r.pusher
	}
	return r.owner
}

// merged marks a pull request as merged.
func (s *Server) merged(i *issue, by *account, commit string) {
	p, now := i.pull, s.now()
	p.merged, p.mergedBy, p.mergeSHA = now, by, commit
	i.open, i.closed, i.closedBy, i.updated = false, now, by, now
	s.event(i, by, event{kind: "merged", commit: commit}, true)
	s.event(i, by, event{kind: "closed"}, true)
}

func (s *Server) closePull(i *issue, by *account) {
	i.open, i.closed, i.closedBy, i.updated = false, s.now(), by, s.now()
	s.event(i, by, event{kind: "closed"}, true)
}

// event adds to the timeline if it happened.
func (s *Server) event(i *issue, actor *account, e event, happened bool) {
	if !happened {
		return
	}
	e.id, e.actor, e.created = s.nextID(), actor, s.now()
	i.events = append(i.events, &e)
}

// pullRef keeps the head of a pull request under the ref that GitHub keeps it under,
// so that its commits outlive the branch.
func (s *Server) pullRef(r *repository, i *issue, head string) {
	name := pullRefName(i.number)
	if old := r.ref(name); old != head {
		r.setRef(name, head, old)
	}
}

package weekly_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
	"github.com/auxolotl/auxsync/reports/weekly/weeklytest"
)

func feedInfo() weekly.FeedInfo {
	return weekly.FeedInfo{Fork: "nixpkgs", Title: "nixpkgs & its week", Self: "https://sync.aux.example/reports/nixpkgs/feed.xml", Home: "https://sync.aux.example/?a=1&b=2", Author: "auxsync"}
}

func parsed(t interface{ Fatal(...any) }, text []byte) *gofeed.Feed {
	f, err := gofeed.NewParser().Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAFeedHasTheNewestWeekFirst(t *testing.T) {
	t.Parallel()
	remade := weeklytest.Busy()
	remade.Made, remade.Summary = remade.Made.Add(time.Hour), "made again <b>"
	text, err := weekly.Feed(feedInfo(), []weekly.Report{weeklytest.Busy(), weeklytest.Quiet(), remade})
	if err != nil {
		t.Fatal(err)
	}
	checkGolden(t, "feed.xml", text)
	f := parsed(t, text)
	if f.Title != "nixpkgs & its week" || f.FeedLink != feedInfo().Self || f.Link != feedInfo().Home || f.FeedType != "atom" || f.Authors[0].Name != "auxsync" {
		t.Errorf("the feed says %q %q %q %q", f.Title, f.FeedLink, f.Link, f.FeedType)
	}
	if !f.UpdatedParsed.Equal(weeklytest.Quiet().Made) {
		t.Errorf("updated %v", f.UpdatedParsed)
	}
	if len(f.Items) != 2 {
		t.Fatalf("%d entries", len(f.Items))
	}
	for i, r := range []weekly.Report{weeklytest.Quiet(), remade} {
		e := f.Items[i]
		if e.Title != weekly.Title(r) || e.Link != r.Links.Self || e.GUID != "tag:auxsync,2026:reports/nixpkgs/"+r.Week.String() ||
			!e.UpdatedParsed.Equal(r.Made) || !strings.HasPrefix(e.Description, r.Summary) {
			t.Errorf("entry %d is %+v", i, e)
		}
	}
}

func TestAnEntryIsTheSameWhateverTheAddressesBecome(t *testing.T) {
	t.Parallel()
	moved := weeklytest.Busy()
	moved.Links = weekly.Links{}
	here, _ := weekly.Feed(feedInfo(), []weekly.Report{weeklytest.Busy()})
	there, err := weekly.Feed(weekly.FeedInfo{Fork: "nixpkgs", Self: "https://elsewhere.example/f"}, []weekly.Report{moved})
	if err != nil {
		t.Fatal(err)
	}
	a, b := parsed(t, here), parsed(t, there)
	if a.Items[0].GUID != b.Items[0].GUID || b.Items[0].Link != "" || b.Title != "nixpkgs: weekly sync reports" {
		t.Errorf("%q is %q now, with the link %q", a.Items[0].GUID, b.Items[0].GUID, b.Items[0].Link)
	}
}

func TestTheIDOfAFeedBeginsThoseOfItsEntries(t *testing.T) {
	t.Parallel()
	info := feedInfo()
	info.ID = "tag:aux.example,2026:nixpkgs"
	other := weeklytest.First()
	text, err := weekly.Feed(info, []weekly.Report{weeklytest.Busy(), other})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, e := range parsed(t, text).Items {
		ids = append(ids, e.GUID)
	}
	if !slices.Equal(ids, []string{"tag:auxsync,2026:reports/lix/2026-W47", "tag:aux.example,2026:nixpkgs/2026-W47"}) || !strings.Contains(string(text), "<id>tag:aux.example,2026:nixpkgs</id>") {
		t.Errorf("the ids are %q", ids)
	}
}

func TestAFeedHasTwentyEntriesAtMostAndMayHaveNone(t *testing.T) {
	t.Parallel()
	var reports []weekly.Report
	for i := range 30 {
		r := weeklytest.Quiet()
		r.Week = r.Week.Add(-i)
		reports = append(reports, r)
	}
	for n, want := range map[int]int{30: weekly.MaxEntries, 20: 20, 3: 3, 0: 0} {
		text, err := weekly.Feed(feedInfo(), reports[:n])
		if err != nil {
			t.Fatal(err)
		}
		if f := parsed(t, text); len(f.Items) != want || f.UpdatedParsed == nil {
			t.Errorf("of %d reports it has %d", n, len(f.Items))
		}
	}
}

func TestAFeedOfAnyReportIsXMLAndActsOnNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := mutated().Draw(t, "report")
		info := feedInfo()
		info.Title, info.Author, info.Home = nasty().Draw(t, "title"), nasty().Draw(t, "author"), rapid.SampledFrom(weeklytest.HostileURLs()).Draw(t, "home")
		text, err := weekly.Feed(info, []weekly.Report{r})
		if err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(bytes.NewReader(text)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Space != "http://www.w3.org/2005/Atom" {
				t.Fatalf("has the element %v", e.Name)
			}
		}
		f := parsed(t, text)
		if f.Link != "" && !strings.HasPrefix(f.Link, "https://") || f.Items[0].Link != "" && !strings.HasPrefix(f.Items[0].Link, "https://") {
			t.Fatalf("links %q and %q", f.Link, f.Items[0].Link)
		}
		for _, s := range []string{f.Title, f.Items[0].Title, f.Authors[0].Name} {
			if s == "" || forks.Inert(s) != s {
				t.Fatalf("says %q", s)
			}
		}
		for line := range strings.Lines(f.Items[0].Description) {
			if line = strings.TrimSuffix(line, "\n"); forks.Inert(line) != line {
				t.Fatalf("says %q", line)
			}
		}
	})
}

func TestTheFeedsIDTakesAnyName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"nixpkgs": "tag:auxsync,2026:reports/nixpkgs", "a/b c": "tag:auxsync,2026:reports/a%2Fb%20c", "": "tag:auxsync,2026:reports/"} {
		if got := weekly.FeedID(name); got != want {
			t.Errorf("%q: %s", name, got)
		}
	}
}

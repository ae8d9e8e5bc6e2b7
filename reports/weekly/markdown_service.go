package weekly

// deeds tells what auxsync did by itself, and how a person undoes it.
func (m *markdown) deeds() {
	m.heading("What auxsync did by itself")
	n := m.shown(len(m.r.Deeds))
	if n == 0 && m.r.MoreDeeds <= 0 {
		m.say("Nothing.")
		return
	}
	for _, d := range m.r.Deeds[:n] {
		undo := ""
		if d.Undo != "" {
			undo = "Undo: " + m.sentence(d.Undo)
			if c := m.command(d.Command); c != "" {
				undo += ": " + c
			}
			undo += "."
		}
		m.item(m.day(d.At)+", "+m.name(d.Track)+": "+m.sentence(d.What)+".", undo)
	}
	m.rest(len(m.r.Deeds)-n, m.r.MoreDeeds)
	m.end()
}

// service tells how auxsync itself ran.
func (m *markdown) service() {
	s := m.r.Service
	m.heading("Service")
	up := "How long auxsync ran is not known."
	if s.Up >= 0 {
		up = "It ran " + percent(s.Up) + " of the time, with " + count(s.Starts, "start", "starts") + "."
	}
	cut := ""
	if s.CutOff > 0 {
		cut = count(s.CutOff, "run", "runs") + " ended without a word."
	}
	m.item("auxsync "+m.name(s.Version)+".", up, cut)
	if s.Longest > 0 {
		m.item("The longest pass took " + span(s.Longest) + ".")
	}
	if disk := diskText(s); disk != "" {
		m.item(disk)
	}
	if s.ForgeLeast >= 0 {
		m.item("At least " + percent(s.ForgeLeast) + " of the forge's hourly limit was left at any time.")
	}
	n := m.shown(len(s.Undelivered))
	for _, what := range s.Undelivered[:n] {
		m.item("**An earlier report did not arrive**: " + m.sentence(what))
	}
	m.rest(len(s.Undelivered)-n, 0)
	m.end()
}

func diskText(s Service) string {
	text := ""
	for _, d := range []struct {
		bytes *int64
		what  string
	}{{s.DiskFree, "free"}, {s.Cache, "in the caches"}, {s.State, "of state"}} {
		if d.bytes == nil {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += size(*d.bytes) + " " + d.what
	}
	if text == "" {
		return ""
	}
	return "Disk: " + text + "."
}

package weeklytest

import (
	"reflect"
	"strings"

	"github.com/auxolotl/auxsync/reports/weekly"
)

// HostileTexts are what somebody might write who wants more than to be read.
func HostileTexts() []string {
	return []string{
		`<script>alert(1)</script><img src=x onerror=alert(2)>`,
		`</code></details></summary></svg><h1>owned</h1>`,
		"# heading\n\n- list\n> quote\n| a | b |\n|---|---|\n***bold*** _it_ ~~no~~",
		"[click](javascript:alert(1)) ![x](https://evil.example/x.png) <https://evil.example>",
		"@everyone @auxolotl/core and mail me@example.org",
		"Fixes #2, closes NixOS/nixpkgs#1, GH-7 and NixOS/nixpkgs@0123456789abcdef0123456789abcdef01234567",
		"https://github.com/NixOS/nixpkgs/pull/1 www.evil.example evil.com/x ftp://evil.example",
		"`one` ``two`` ```three\n```\n~~~\n````four",
		"a | b || c \\| d \\",
		"nul\x00 bell\x07 esc\x1b[2J\r\n\ttab",
		"bidi \u202egnp.exe\u202c \u2066isolate\u2069 zero\u200bwidth \ufeff\u2028line",
		"invalid \xff\xfe utf-8 \xc3(",
		strings.Repeat("very long 日本語 ", 400),
		"javascript:alert(document.cookie)",
		"-->]]><!--<![CDATA[ &lt;b&gt; &#64;everyone &amp;",
		"$\\rm{x}$ $$y$$ [quote]q[/quote] [details=x] :tada: ==mark== ^[note]",
		"\n\n    indented\n1. one\n\n***\n[ref]: https://evil.example\n",
		"'; rm -rf / #\" $(reboot)",
		"   ",
		"",
	}
}

// HostileURLs are addresses that must not become a link as they are.
func HostileURLs() []string {
	return []string{
		"javascript:alert(1)",
		"https://user:secret@evil.example/",
		"http://plain.example/",
		"https://evil.example/\"><script>alert(1)</script>",
		"data:text/html,<script>alert(1)</script>",
		"https://evil.example/) [x](https://other.example",
		"//evil.example/x",
		"https://evil.example/a b\n\nc",
		"https:///nohost",
	}
}

// Hostile is [Busy] with every text of others replaced by a hostile one, and every address
// too.
func Hostile() weekly.Report {
	r := Busy()
	texts, urls := HostileTexts(), HostileURLs()
	n := 0
	next := func(list []string) string {
		n++
		return list[n%len(list)]
	}
	ReplaceTexts(&r, func(field, old string) string {
		switch field {
		// What is checked when config and policy are read, or is one of a few words.
		case "Schema", "Fork", "Zone", "Track", "How", "Version":
			return old
		case "URL", "Agreed", "Self", "Feed", "Page", "Upstream", "Policy":
			return next(urls)
		}
		return next(texts)
	})
	r.Links.Fork = HostileURLs()[3]
	r.Summary = "nixpkgs is <b>6 h</b> behind @everyone; **[see](javascript:alert(1))** NixOS/nixpkgs#1"
	return r
}

// ReplaceTexts replaces every text of a report, but not names of outcomes and other words
// with a type of their own. Field is the name of the closest field in Go.
func ReplaceTexts(r *weekly.Report, replace func(field, old string) string) {
	replaceTexts(reflect.ValueOf(r).Elem(), "", replace)
}

// replaceTexts walks everything below v and replaces its strings. Field is the name of the
// closest field above.
func replaceTexts(v reflect.Value, field string, replace func(field, old string) string) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			v.SetString(replace(field, v.String()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				replaceTexts(v.Field(i), v.Type().Field(i).Name, replace)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			replaceTexts(v.Index(i), field, replace)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			replaceTexts(v.Elem(), field, replace)
		}
	}
}

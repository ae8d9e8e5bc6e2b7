// Package browsertest looks at pages in a real browser, as people with a phone, a wide
// screen, a dark theme or a screen reader meet them. It is for tests only.
package browsertest

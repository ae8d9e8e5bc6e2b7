package forks

import "time"

// Delivery is what is known of bringing one week's report of a fork to one place.
type Delivery struct {
	Sink string // such as "files", "issue", "discourse", "mail"
	Part string // of the sink, such as a recipient; "" for all of it
	Fork string
	Week Week

	Status    DeliveryStatus
	Tries     int       // attempts that were begun
	NotBefore time.Time // of the next attempt, where one failed
	Error     string    // of the last attempt; redacted, may quote others
	Ref       string    // where it is, such as an address or a Message-ID; "" if it has none
	At        time.Time // of the last change
}

// DeliveryStatus says how far a delivery is.
type DeliveryStatus string

// The states of a delivery. What is begun and not settled may have arrived: it is looked
// up, or done again where doing it twice is the same as once.
const (
	DeliveryBegun   DeliveryStatus = "begun"
	DeliveryDone    DeliveryStatus = "done"
	DeliveryFailed  DeliveryStatus = "failed"   // and is tried again
	DeliveryGivenUp DeliveryStatus = "given up" // a person has to look
)

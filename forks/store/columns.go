package store

import (
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// hashColumn is a commit id as the database has it: 40 hex digits, or ” for none.
type hashColumn forks.Hash

func (c hashColumn) Value() (driver.Value, error) {
	if forks.Hash(c).IsZero() {
		return "", nil
	}
	return forks.Hash(c).String(), nil
}

func (c *hashColumn) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("commit id column holds %T", src)
	}
	return (*forks.Hash)(c).UnmarshalText([]byte(text))
}

func hashInto(h *forks.Hash) *hashColumn { return (*hashColumn)(h) }

// timeColumn is a time as the database has it: UTC milliseconds, or NULL for none.
type timeColumn time.Time

func (c timeColumn) Value() (driver.Value, error) {
	if time.Time(c).IsZero() {
		return nil, nil
	}
	return time.Time(c).UnixMilli(), nil
}

func (c *timeColumn) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*c = timeColumn{}
	case int64:
		*c = timeColumn(time.UnixMilli(v).UTC())
	default:
		return fmt.Errorf("time column holds %T", src)
	}
	return nil
}

func timeInto(t *time.Time) *timeColumn { return (*timeColumn)(t) }

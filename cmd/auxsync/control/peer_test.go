package control

import (
	"net"
	"testing"

	"pgregory.net/rapid"
)

func TestPeerGoesThroughAnAddress(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := Peer{UID: int(rapid.Uint32().Draw(t, "uid")), PID: rapid.IntRange(0, 1<<22).Draw(t, "pid")}
		var address net.Addr = peerAddress(want)
		got, err := parsePeer(address.String())
		if err != nil || got != want {
			t.Fatalf("got %v, %v; want %v", got, err, want)
		}
	})
	for _, address := range []string{"", "@", "/run/auxsync/control.sock", "uid x pid 1"} {
		if p, err := parsePeer(address); err == nil {
			t.Errorf("%q: got %v", address, p)
		}
	}
}

func TestUserOutsideTheNamespaceGetsNoName(t *testing.T) {
	t.Parallel()
	if got := (Peer{UID: overflowUID}).named().Who(); got != "uid 65534" {
		t.Errorf("got %s", got)
	}
	if got := (Peer{UID: 0}).named().Who(); got != "root" {
		t.Errorf("got %s", got)
	}
	if got := (Peer{UID: 4_000_000_001}).named().Who(); got != "uid 4000000001" {
		t.Errorf("got %s", got)
	}
}

func TestConnectionThatIsNoSocketHasNoPeer(t *testing.T) {
	t.Parallel()
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	if p, err := peerOf(a); err == nil {
		t.Errorf("got %v", p)
	}
}

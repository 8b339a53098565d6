package routes

import (
	"errors"
	"maps"
	"net"
	"net/netip"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// inANetworkOfItsOwn moves the test into a new network namespace with one interface, 172.18.0.2/16.
// The thread is never given back, so it and its namespace end with the test.
func inANetworkOfItsOwn(t *testing.T) {
	t.Helper()
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); errors.Is(err, unix.EPERM) {
		t.Skip("a network namespace needs root")
	} else if err != nil {
		t.Fatal(err)
	}
	attributes := netlink.NewLinkAttrs()
	attributes.Name = "eth0"
	if err := netlink.LinkAdd(&netlink.Veth{LinkAttrs: attributes, PeerName: "peer"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"lo", "peer", "eth0"} {
		link, err := netlink.LinkByName(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := netlink.LinkSetUp(link); err != nil {
			t.Fatal(err)
		}
		if name == "eth0" {
			address := &netlink.Addr{IPNet: &net.IPNet{IP: net.IPv4(172, 18, 0, 2), Mask: net.CIDRMask(16, 32)}}
			if err := netlink.AddrAdd(link, address); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func mustInstall(t *testing.T, want table) {
	t.Helper()
	if err := install(want); err != nil {
		t.Fatal(err)
	}
	if have, err := installed(); err != nil || !maps.Equal(have, want) {
		t.Fatalf("the kernel has %v (error %v), want %v", have, err, want)
	}
}

func TestTheKernelsRoutesFollowTheTable(t *testing.T) {
	inANetworkOfItsOwn(t)
	mustInstall(t, routesOf("10.244.1.0/24", "172.18.0.3", "10.244.2.0/24", "172.18.0.4"))
	mustInstall(t, routesOf("10.244.1.0/24", "172.18.0.9", "10.244.2.0/24", "172.18.0.4")) // a node came back elsewhere
	mustInstall(t, routesOf("10.244.2.0/24", "172.18.0.4"))                                // a node is gone
	mustInstall(t, table{})
}

func TestSomeoneElsesRouteIsLeftAlone(t *testing.T) {
	inANetworkOfItsOwn(t)
	other := route(netip.MustParsePrefix("10.9.0.0/16"), netip.MustParseAddr("172.18.0.3"))
	other.Protocol = unix.RTPROT_STATIC
	if err := netlink.RouteAdd(other); err != nil {
		t.Fatal(err)
	}
	mustInstall(t, routesOf("10.244.1.0/24", "172.18.0.3"))
	mustInstall(t, table{})
	left, err := netlink.RouteListFiltered(unix.AF_INET, other, netlink.RT_FILTER_DST)
	if err != nil || len(left) != 1 {
		t.Errorf("%d routes to 10.9.0.0/16 are left (error %v)", len(left), err)
	}
}

func TestARouteThatFailsDoesNotHoldUpTheOthers(t *testing.T) {
	inANetworkOfItsOwn(t)
	good := routesOf("10.244.1.0/24", "172.18.0.3", "10.244.3.0/24", "172.18.0.5")
	want := maps.Clone(good)
	want[netip.MustParsePrefix("10.244.2.0/24")] = netip.MustParseAddr("192.0.2.1") // not on any link
	if err := install(want); err == nil || !strings.Contains(err.Error(), "10.244.2.0/24") {
		t.Errorf("got %v", err)
	}
	if have, err := installed(); err != nil || !maps.Equal(have, good) {
		t.Errorf("the kernel has %v (error %v), want %v", have, err, good)
	}
}

func TestTheMasqueradeChainIsTheSameAfterASecondTime(t *testing.T) {
	if _, err := exec.LookPath("iptables"); err != nil {
		t.Skip("iptables is not installed")
	}
	inANetworkOfItsOwn(t)
	for range 2 {
		if err := masquerade(netip.MustParsePrefix("10.244.0.0/16")); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("iptables", "-t", "nat", "-S").CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %s", err, out)
	}
	want := `-A POSTROUTING -j POD-MASQ
-A POD-MASQ -d 10.244.0.0/16 -j RETURN
-A POD-MASQ -m addrtype --dst-type LOCAL -j RETURN
-A POD-MASQ -s 10.244.0.0/16 -j MASQUERADE --random-fully
`
	if got := string(out); !strings.HasSuffix(got, want) {
		t.Errorf("got\n%s", got)
	}
}

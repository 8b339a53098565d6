package routes

import (
	"maps"
	"net/netip"
	"slices"
)

// table is where the traffic to each Pod network goes: a node's Pod CIDR to that node's address.
type table map[netip.Prefix]netip.Addr

// wanted is the table that node self needs. A node without a Pod CIDR or an address waits for its
// turn; an IPv6 network has no route, because the lab's Pod network is IPv4.
func wanted(nodes map[string]*node, self string) table {
	want := table{}
	for name, n := range nodes {
		network, err := netip.ParsePrefix(n.Spec.PodCIDR)
		if name == self || err != nil || !network.Addr().Is4() || !n.address().IsValid() {
			continue
		}
		want[network.Masked()] = n.address()
	}
	return want
}

// change is what turns one table into another.
type change struct {
	set    table          // missing, or to another node
	remove []netip.Prefix // to nodes that are gone
}

func difference(have, want table) change {
	c := change{set: table{}}
	for network, via := range want {
		if have[network] != via {
			c.set[network] = via
		}
	}
	for _, network := range slices.SortedFunc(maps.Keys(have), netip.Prefix.Compare) {
		if _, ok := want[network]; !ok {
			c.remove = append(c.remove, network)
		}
	}
	return c
}

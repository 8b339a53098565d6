package routes

import (
	"maps"
	"net/netip"
	"slices"
	"testing"
)

func makeNode(name, network string, addresses ...string) *node {
	n := &node{}
	n.Metadata.Name = name
	n.Spec.PodCIDR = network
	for i := 0; i < len(addresses); i += 2 {
		n.Status.Addresses = append(n.Status.Addresses, struct {
			Type    string `json:"type"`
			Address string `json:"address"`
		}{addresses[i], addresses[i+1]})
	}
	return n
}

func byName(nodes ...*node) map[string]*node {
	all := map[string]*node{}
	for _, n := range nodes {
		all[n.Metadata.Name] = n
	}
	return all
}

func routesOf(pairs ...string) table {
	t := table{}
	for i := 0; i < len(pairs); i += 2 {
		t[netip.MustParsePrefix(pairs[i])] = netip.MustParseAddr(pairs[i+1])
	}
	return t
}

func TestEveryOtherNodeWithANetworkAndAnAddressGetsARoute(t *testing.T) {
	cases := map[string]struct {
		node *node
		want table
	}{
		"another node":          {makeNode("b", "10.244.1.0/24", "Hostname", "b", "InternalIP", "172.18.0.3"), routesOf("10.244.1.0/24", "172.18.0.3")},
		"itself":                {makeNode("self", "10.244.1.0/24", "InternalIP", "172.18.0.3"), table{}},
		"no Pod network yet":    {makeNode("b", "", "InternalIP", "172.18.0.3"), table{}},
		"no address yet":        {makeNode("b", "10.244.1.0/24"), table{}},
		"only an outer address": {makeNode("b", "10.244.1.0/24", "ExternalIP", "172.18.0.3"), table{}},
		"IPv6 address first":    {makeNode("b", "10.244.1.0/24", "InternalIP", "fc00::3", "InternalIP", "172.18.0.3"), routesOf("10.244.1.0/24", "172.18.0.3")},
		"IPv6 Pod network":      {makeNode("b", "fd00:10:244::/64", "InternalIP", "172.18.0.3"), table{}},
		"host bits are set":     {makeNode("b", "10.244.1.7/24", "InternalIP", "172.18.0.3"), routesOf("10.244.1.0/24", "172.18.0.3")},
		"not a network":         {makeNode("b", "no", "InternalIP", "172.18.0.3"), table{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := wanted(byName(c.node), "self"); !maps.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestOnlyWhatDiffersIsChanged(t *testing.T) {
	have := routesOf("10.244.0.0/24", "172.18.0.2", "10.244.1.0/24", "172.18.0.3", "10.244.2.0/24", "172.18.0.4")
	want := routesOf("10.244.0.0/24", "172.18.0.2", "10.244.1.0/24", "172.18.0.9", "10.244.3.0/24", "172.18.0.5")
	got := difference(have, want)
	if set := routesOf("10.244.1.0/24", "172.18.0.9", "10.244.3.0/24", "172.18.0.5"); !maps.Equal(got.set, set) {
		t.Errorf("set %v, want %v", got.set, set)
	}
	if remove := []netip.Prefix{netip.MustParsePrefix("10.244.2.0/24")}; !slices.Equal(got.remove, remove) {
		t.Errorf("remove %v, want %v", got.remove, remove)
	}
}

func TestEqualTablesNeedNoChange(t *testing.T) {
	same := routesOf("10.244.0.0/24", "172.18.0.2")
	if got := difference(same, same); len(got.set)+len(got.remove) != 0 {
		t.Errorf("got %v", got)
	}
}

package routes

import (
	"errors"
	"fmt"
	"log"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// protocol marks the routes in the kernel that are ours, so that stale ones are known after a
// restart and no one else's route is ever touched. It is free in the kernel's rtnetlink.h.
const protocol = 77

// install makes the kernel's routes of ours equal to want. One that fails doesn't hold up the others.
func install(want table) error {
	have, err := installed()
	if err != nil {
		return err
	}
	c := difference(have, want)
	var failed []error
	for _, network := range c.remove {
		err := netlink.RouteDel(route(network, have[network]))
		if err != nil && !errors.Is(err, unix.ESRCH) { // ESRCH: it went with its interface
			failed = append(failed, fmt.Errorf("remove the route to %s: %w", network, err))
			continue
		}
		log.Printf("route to %s removed", network)
	}
	for network, via := range c.set {
		if err := netlink.RouteReplace(route(network, via)); err != nil {
			failed = append(failed, fmt.Errorf("route to %s via %s: %w", network, via, err))
			continue
		}
		log.Printf("route to %s via %s", network, via)
	}
	return errors.Join(failed...)
}

func installed() (table, error) {
	routes, err := netlink.RouteListFiltered(unix.AF_INET, &netlink.Route{Protocol: protocol}, netlink.RT_FILTER_PROTOCOL)
	if err != nil {
		return nil, fmt.Errorf("read the routes: %w", err)
	}
	have := table{}
	for _, r := range routes {
		if r.Dst == nil {
			continue
		}
		address, _ := netip.AddrFromSlice(r.Dst.IP.To4())
		via, _ := netip.AddrFromSlice(r.Gw.To4())
		bits, _ := r.Dst.Mask.Size()
		have[netip.PrefixFrom(address, bits)] = via
	}
	return have, nil
}

func route(network netip.Prefix, via netip.Addr) *netlink.Route {
	return &netlink.Route{
		Dst:      &net.IPNet{IP: network.Addr().AsSlice(), Mask: net.CIDRMask(network.Bits(), 32)},
		Gw:       via.AsSlice(),
		Protocol: protocol,
	}
}

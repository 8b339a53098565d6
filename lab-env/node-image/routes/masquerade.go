package routes

import (
	"bytes"
	"fmt"
	"net/netip"
	"os/exec"
	"strings"
)

// chain is the nat table's chain that is ours.
const chain = "POD-MASQ"

// masqueradeRules is input for iptables-restore --noflush, which replaces our chain in one step.
// Pods see one another's real addresses; whatever is outside the Pod network sees the node's.
func masqueradeRules(pods netip.Prefix) string {
	return strings.Join([]string{
		"*nat",
		":" + chain + " - [0:0]",
		fmt.Sprintf("-A %s -d %s -j RETURN", chain, pods),
		fmt.Sprintf("-A %s -m addrtype --dst-type LOCAL -j RETURN", chain),
		fmt.Sprintf("-A %s -s %s -j MASQUERADE --random-fully", chain, pods),
		"COMMIT",
		"",
	}, "\n")
}

// masquerade puts the rules for the Pod network into the kernel. It may be called again at any time.
func masquerade(pods netip.Prefix) error {
	if err := command(masqueradeRules(pods), "iptables-restore", "--wait", "5", "--noflush"); err != nil {
		return err
	}
	jump := []string{"--wait", "5", "-t", "nat", "-C", "POSTROUTING", "-j", chain}
	if command("", "iptables", jump...) == nil {
		return nil
	}
	jump[4] = "-A"
	return command("", "iptables", jump...)
}

func command(input, name string, arguments ...string) error {
	c := exec.Command(name, arguments...)
	c.Stdin = strings.NewReader(input)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(arguments, " "), err, bytes.TrimSpace(out))
	}
	return nil
}

package main

import (
	"fmt"
	"io"
)

// show prints whom this Pod's certificate speaks for, and who signed it.
func show(out io.Writer, s settings) error {
	_, mine, err := s.files()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "subject    %s\nsigned by  %s\n", mine.Leaf.Subject.CommonName, mine.Leaf.Issuer.CommonName)
	for _, name := range mine.Leaf.URIs {
		fmt.Fprintf(out, "identity   %s\n", name)
	}
	for _, name := range mine.Leaf.DNSNames {
		fmt.Fprintf(out, "DNS name   %s\n", name)
	}
	return nil
}

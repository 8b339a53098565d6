package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"
)

const (
	startsFile = "starts.log" // a line for each start of a container on this volume
	notesFile  = "notes.txt"  // a line for each POST /notes
	textLimit  = 4 << 10      // bytes of a file's end that are shown
	filesLimit = 50           // files that are shown
)

// volume is the folder where the claim is mounted.
type volume struct{ path string }

// holding is what the volume holds at one moment.
type holding struct {
	Path       string  `json:"path"`
	Mounted    bool    `json:"mounted"` // false: the folder is the container's own and goes with it
	Starts     int     `json:"starts"`
	TotalBytes uint64  `json:"total_bytes"`
	FreeBytes  uint64  `json:"free_bytes"`
	Files      []entry `json:"files"`
	Error      string  `json:"error,omitempty"`
}

type entry struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	Text string `json:"text,omitempty"` // its end, when it is text
}

// add appends one line and waits until the disk has it.
func (v volume) add(file, line string) error {
	line = strings.Join(strings.Fields(line), " ")
	stamped := time.Now().UTC().Format("2006-01-02T15:04:05.000Z") + " " + line + "\n"
	target, err := os.OpenFile(filepath.Join(v.path, file), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = target.WriteString(stamped)
	if err == nil {
		err = target.Sync()
	}
	if closed := target.Close(); err == nil {
		err = closed
	}
	return err
}

// holds reads the volume anew: kubectl exec may have written to it meanwhile.
func (v volume) holds() holding {
	result := holding{Path: v.path, Mounted: isMounted(v.path), Files: []entry{}}
	var space syscall.Statfs_t
	if syscall.Statfs(v.path, &space) == nil {
		result.TotalBytes = space.Blocks * uint64(space.Bsize)
		result.FreeBytes = space.Bavail * uint64(space.Bsize)
	}
	entries, err := os.ReadDir(v.path)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	for _, item := range entries {
		if info, err := item.Info(); err == nil && info.Mode().IsRegular() && len(result.Files) < filesLimit {
			text := v.end(item.Name(), info.Size())
			result.Files = append(result.Files, entry{item.Name(), info.Size(), text})
		}
	}
	result.Starts = v.lines(startsFile)
	return result
}

// end returns the last textLimit bytes of a file, from the start of a line, if
// they are text.
func (v volume) end(name string, size int64) string {
	file, err := os.Open(filepath.Join(v.path, name))
	if err != nil {
		return ""
	}
	defer file.Close()
	from := max(0, size-textLimit)
	buffer := make([]byte, textLimit)
	count, _ := file.ReadAt(buffer, from) // fewer bytes than asked for is the usual case
	part := buffer[:count]
	if from > 0 {
		_, part, _ = bytes.Cut(part, []byte("\n"))
	}
	if !utf8.Valid(part) || bytes.IndexByte(part, 0) >= 0 {
		return ""
	}
	return string(part)
}

func (v volume) lines(name string) int {
	file, err := os.Open(filepath.Join(v.path, name))
	if err != nil {
		return 0
	}
	defer file.Close()
	count := 0
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		count++
	}
	return count
}

// isMounted tells whether something is mounted at exactly this folder.
func isMounted(path string) bool {
	file, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return false
	}
	defer file.Close()
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		if fields := strings.Fields(scanner.Text()); len(fields) > 4 && fields[4] == filepath.Clean(path) {
			return true
		}
	}
	return false
}

// startLine is what a start leaves on the volume: who, which version, where.
func startLine(me identity) string {
	return fmt.Sprintf("%s started, version %s, revision %s, node %s",
		me.Name, version, orElse(me.Revision, "unknown"), orElse(me.Node, "unknown"))
}

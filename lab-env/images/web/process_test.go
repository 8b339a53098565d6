package main

import (
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be the server, so that signals and exit codes are
// tested on a real process.
func TestMain(m *testing.M) {
	if os.Getenv("RUN_AS_WEB") == "yes" {
		os.Args = os.Args[:1]
		main()
		return
	}
	os.Exit(m.Run())
}

// process starts the server as a process and waits until it is ready.
func process(t *testing.T, variables ...string) (*exec.Cmd, string) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	free.Close()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), append(variables, "RUN_AS_WEB=yes", "PORT="+port, "DATA_DIR="+t.TempDir())...)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { child.Process.Kill() })
	url := "http://127.0.0.1:" + port
	until(t, "the server is ready", func() bool {
		answer, err := http.Get(url + "/ready")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	return child, url
}

// ended waits for the end of a process: its exit code and the seconds until then.
func ended(t *testing.T, child *exec.Cmd) (int, time.Duration) {
	t.Helper()
	begin := time.Now()
	err := child.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return child.ProcessState.ExitCode(), time.Since(begin)
}

func TestSigtermStopsWithinASecondEvenWithAnOpenRequest(t *testing.T) {
	child, url := process(t)
	go http.Get(url + "/slow?ms=60000")
	time.Sleep(50 * time.Millisecond) // the request is to be open; if it is not, the stop is only quicker
	child.Process.Signal(syscall.SIGTERM)
	code, took := ended(t, child)
	want(t, "exit code", code, 0)
	if took > stopLimit+time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestStopDelayGoesOnServingNotReady(t *testing.T) {
	child, url := process(t, "STOP_DELAY=1h")
	child.Process.Signal(syscall.SIGTERM)
	until(t, "it is not ready any more", func() bool { return first(ask(t, "GET", url+"/ready", "")) == 503 })
	want(t, "the front", first(ask(t, "GET", url+"/", "")), 200)
	child.Process.Signal(syscall.SIGTERM)
	code, _ := ended(t, child)
	want(t, "exit code after a second signal", code, 0)
}

func TestExitEndsTheProcessWithItsCode(t *testing.T) {
	child, url := process(t)
	ask(t, "POST", url+"/exit?code=7", "")
	code, _ := ended(t, child)
	want(t, "exit code", code, 7)
}

func TestWrongSettingsEndTheProcess(t *testing.T) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "RUN_AS_WEB=yes", "STOP_DELAY=soon")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	code, _ := ended(t, child)
	want(t, "exit code", code, 2)
}

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// running starts the whole server on a folder and returns it with its address.
func running(t *testing.T, variables map[string]string) (*app, string) {
	t.Helper()
	folder := t.TempDir()
	env := func(name string) string {
		if name == "DATA_DIR" && variables[name] == "" {
			return folder
		}
		return variables[name]
	}
	settings, err := settingsFrom(env)
	if err != nil {
		t.Fatal(err)
	}
	app := newApp(settings, whoami(env))
	server := httptest.NewServer(app.routes())
	t.Cleanup(server.Close)
	app.begin()
	return app, server.URL
}

func ask(t *testing.T, method, url, body string, headers ...string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at+1 < len(headers); at += 2 {
		request.Header.Set(headers[at], headers[at+1])
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func want(t *testing.T, what string, got, want any) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestApiSaysWhoThePodIs(t *testing.T) {
	_, url := running(t, map[string]string{
		"POD_NAME": "web-12", "POD_REVISION": "web-7d9", "NODE_NAME": "n1", "POD_IP": "10.244.1.2",
	})
	_, text := ask(t, "GET", url+"/api", "")
	var got map[string]any
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]any{
		"name": "web-12", "set": "web", "ordinal": 12.0, "revision": "web-7d9",
		"node": "n1", "ip": "10.244.1.2", "version": "dev",
	} {
		want(t, name, got[name], value)
	}
}

func TestAnOrdinalIsOnlyTheNumberAtTheEnd(t *testing.T) {
	for name, ordinal := range map[string]int{"web-0": 0, "my-web-2-31": 31} {
		set, got := splitName(name)
		if got == nil || *got != ordinal {
			t.Errorf("%s: got ordinal %v", name, got)
		}
		want(t, "set of "+name, set+"-"+name[len(set)+1:], name)
	}
	for _, name := range []string{"web", "web-7d9c-x2x", "-1", "web-99999999999999999999"} {
		if _, got := splitName(name); got != nil {
			t.Errorf("%s has no ordinal, got %d", name, *got)
		}
	}
}

func TestTheFrontAnswersEachClientInItsOwnForm(t *testing.T) {
	_, url := running(t, map[string]string{"POD_NAME": "web-0"})
	for accept, start := range map[string]string{
		"*/*": "I am web-0", "text/html,*/*": "<!doctype html>", "application/json": "{",
	} {
		code, text := ask(t, "GET", url+"/", "", "Accept", accept)
		want(t, accept, code, 200)
		if !strings.HasPrefix(text, start) {
			t.Errorf("%s: the answer starts with %.40q", accept, text)
		}
	}
	want(t, "an unknown path", first(ask(t, "GET", url+"/nothing", "")), 404)
}

func first(code int, _ string) int { return code }

func TestThePageShowsColourOrdinalAndEscapesWhatTheVolumeHolds(t *testing.T) {
	version = "v2"
	t.Cleanup(func() { version = "dev" })
	_, url := running(t, map[string]string{"POD_NAME": "web-0"})
	ask(t, "POST", url+"/notes", "<script>alert(1)</script>")
	_, text := ask(t, "GET", url+"/", "", "Accept", "text/html")
	for _, part := range []string{"background: #b34a00", "<dt>Ordinal</dt><dd>0</dd>", "&lt;script&gt;"} {
		if !strings.Contains(text, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
}

func TestProbesAreSwitchedFromOutside(t *testing.T) {
	_, url := running(t, nil)
	for _, name := range []string{"ready", "live", "started"} {
		want(t, name, first(ask(t, "GET", url+"/"+name, "")), 200)
		want(t, name+" off", first(ask(t, "POST", url+"/"+name+"/off", "")), 200)
		want(t, name, first(ask(t, "GET", url+"/"+name, "")), 503)
		ask(t, "POST", url+"/"+name+"/on", "")
		want(t, name, first(ask(t, "GET", url+"/"+name, "")), 200)
		want(t, name+" by GET", first(ask(t, "GET", url+"/"+name+"/off", "")), 405)
	}
}

func TestProbesStartAsTheEnvironmentSays(t *testing.T) {
	_, url := running(t, map[string]string{"READY": "off", "LIVE": "off"})
	want(t, "ready", first(ask(t, "GET", url+"/ready", "")), 503)
	want(t, "live", first(ask(t, "GET", url+"/live", "")), 503)
	want(t, "started", first(ask(t, "GET", url+"/started", "")), 200)
}

func TestAStartDelayHoldsStartedAndReadyBack(t *testing.T) {
	_, url := running(t, map[string]string{"START_DELAY": "1h"})
	want(t, "started", first(ask(t, "GET", url+"/started", "")), 503)
	want(t, "ready", first(ask(t, "GET", url+"/ready", "")), 503)
	want(t, "live", first(ask(t, "GET", url+"/live", "")), 200)
}

func TestNotesAndStartsStayOnTheVolume(t *testing.T) {
	folder := t.TempDir()
	_, url := running(t, map[string]string{"POD_NAME": "web-1", "DATA_DIR": folder})
	code, _ := ask(t, "POST", url+"/notes", "hello\nworld")
	want(t, "POST /notes", code, 201)
	if err := os.WriteFile(filepath.Join(folder, "note"), []byte("by exec\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	second, url := running(t, map[string]string{"POD_NAME": "web-1", "DATA_DIR": folder})
	want(t, "starts", second.volume.holds().Starts, 2)
	_, text := ask(t, "GET", url+"/notes", "")
	if !strings.HasSuffix(text, " web-1 hello world\n") || strings.Count(text, "\n") != 1 {
		t.Errorf("the note is %q", text)
	}
	if _, text = ask(t, "GET", url+"/", ""); !strings.Contains(text, "by exec") {
		t.Errorf("a file written beside the server is not shown: %s", text)
	}
}

func TestBadNotesAreRefused(t *testing.T) {
	_, url := running(t, nil)
	want(t, "empty", first(ask(t, "POST", url+"/notes", " \n")), 400)
	want(t, "long", first(ask(t, "POST", url+"/notes", strings.Repeat("x", noteLimit+1))), 413)
}

func TestAVolumeThatCannotBeWrittenIsToldNotHidden(t *testing.T) {
	_, url := running(t, map[string]string{"DATA_DIR": "/proc/nowhere"})
	want(t, "note", first(ask(t, "POST", url+"/notes", "x")), 500)
	if _, text := ask(t, "GET", url+"/", ""); !strings.Contains(text, "no such file") {
		t.Errorf("the front hides the error: %s", text)
	}
}

func TestLongAndBinaryFilesDoNotFloodTheAnswer(t *testing.T) {
	folder := volume{t.TempDir()}
	long := strings.Repeat("a line\n", 10_000)
	for name, text := range map[string]string{"long": long, "binary": "a\x00b"} {
		if err := os.WriteFile(filepath.Join(folder.path, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := folder.holds().Files
	want(t, "binary", got[0].Text, "")
	if len(got[1].Text) > textLimit || !strings.HasPrefix(got[1].Text, "a line\n") {
		t.Errorf("long: %d bytes, %.20q", len(got[1].Text), got[1].Text)
	}
}

func TestExitHandsOverTheCode(t *testing.T) {
	app, url := running(t, nil)
	for _, bad := range []string{"/exit", "/exit?code=x", "/exit?code=256", "/exit?code=-1"} {
		want(t, bad, first(ask(t, "POST", url+bad, "")), 400)
	}
	want(t, "status", first(ask(t, "POST", url+"/exit?code=3", "")), 202)
	want(t, "again", first(ask(t, "POST", url+"/exit?code=4", "")), 202)
	want(t, "code", <-app.exit, 3)
}

func TestMemoryIsReallyTakenAndGivenBack(t *testing.T) {
	app, url := running(t, nil)
	before := resident(t)
	ask(t, "POST", url+"/memory?mb=64", "")
	until(t, "64 MiB are held", func() bool { return app.held() == 64 })
	if grown := resident(t) - before; grown < 60<<20 {
		t.Errorf("only %d bytes more are resident", grown)
	}
	ask(t, "POST", url+"/memory?mb=0", "")
	until(t, "none is held", func() bool { return app.held() == 0 })
}

func resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages := 0
	for _, digit := range strings.Fields(string(text))[1] {
		pages = pages*10 + int(digit-'0')
	}
	return pages * os.Getpagesize()
}

func until(t *testing.T, what string, true func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if true() {
			return
		}
	}
	t.Fatalf("after 10 s it is not so that %s", what)
}

func TestSlowTakesItsTime(t *testing.T) {
	_, url := running(t, nil)
	begin := time.Now()
	ask(t, "GET", url+"/slow?ms=80", "")
	if took := time.Since(begin); took < 80*time.Millisecond {
		t.Errorf("answered after %s", took)
	}
}

func TestGetIsAClientWithAnExitCode(t *testing.T) {
	_, url := running(t, map[string]string{"POD_NAME": "web-0", "LIVE": "off"})
	var out, problems bytes.Buffer
	want(t, "get", command([]string{"get", url + "/"}, &out, &problems), 0)
	if !strings.HasPrefix(out.String(), "I am web-0") {
		t.Errorf("get printed %q", out.String())
	}
	want(t, "a status of 503", command([]string{"get", url + "/live"}, &out, &problems), 1)
	want(t, "a client that gives up", command([]string{"get", "-limit", "50ms", url + "/slow?ms=5000"}, &out, &problems), 1)
	want(t, "no URL", command([]string{"get"}, &out, &problems), 2)
	want(t, "an unknown word", command([]string{"fetch"}, &out, &problems), 2)
}

func TestWrongSettingsAreNamedAllAtOnce(t *testing.T) {
	_, err := settingsFrom(func(name string) string {
		return map[string]string{"STOP_DELAY": "ten", "READY": "no"}[name]
	})
	if err == nil || !strings.Contains(err.Error(), "STOP_DELAY") || !strings.Contains(err.Error(), "READY") {
		t.Errorf("the error is %v", err)
	}
}

func TestMetricsCountWhatWasAskedAndNotTheProbes(t *testing.T) {
	_, url := running(t, nil)
	ask(t, "GET", url+"/ready", "")
	ask(t, "GET", url+"/api", "")
	ask(t, "GET", url+"/nothing", "")
	_, text := ask(t, "GET", url+"/metrics", "")
	for _, line := range []string{
		`web_requests_total{code="200"} 1`, `web_requests_total{code="404"} 1`, "web_ready 1", "web_volume_starts 1",
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("%q is missing from:\n%s", line, text)
		}
	}
}

func TestHostNamesTheOnlyAddress(t *testing.T) {
	for host, address := range map[string]string{"": ":8080", "127.0.0.1": "127.0.0.1:8080", "::1": "[::1]:8080"} {
		found, err := settingsFrom(func(name string) string { return map[string]string{"HOST": host}[name] })
		if err != nil {
			t.Fatal(err)
		}
		want(t, "the address for "+host, found.Address, address)
	}
}

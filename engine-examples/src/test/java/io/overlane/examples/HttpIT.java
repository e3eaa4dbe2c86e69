// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.Overlay;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code --http} and {@code top} of the packaged jar. */
@Timeout(600)
@Tag("tunnel")
class HttpIT extends TwoHosts
{
    private static final String START = "tun-bridge: page, metrics and health at http://127.0.0.1:";
    private static final int LIMIT_S = 60;

    private static String url(final Bridge bridge)
    {
        return bridge.process().awaitLine(START, LIMIT_S).replaceFirst(".* at ", "");
    }

    /** A request by bash, which every host has. */
    private String get(final String url, final String path)
    {
        final String port = url.replaceAll("\\D", " ").strip().replaceFirst(".* ", "");
        final CommandResult result = left.run("bash", "-c",
            "exec 3<>/dev/tcp/127.0.0.1/" + port + "; printf 'GET " + path +
            " HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3; cat <&3");
        return result.orFail().output();
    }

    @Test
    void shouldServeMetricsHealthAndJson()
    {
        final Bridge a = startLeft("--http", "127.0.0.1:0");
        final Bridge b = startRight();
        left.run("ping", "-q", "-c", "20", "-i", "0.01", Overlay.v4(right)).orFail();
        final String url = url(a);
        final String metrics = get(url, "/metrics");
        assertTrue(metrics.startsWith("HTTP/1.1 200 OK"), metrics);
        assertTrue(
            metrics.matches("(?s).*\noverlane_remote_frames_total\\{[^}]*192\\.0\\.2\\.2:8472[^}]*\\} [1-9].*"),
            metrics);
        assertTrue(metrics.contains("engine=\"flannel.1\""), metrics);
        assertTrue(metrics.contains("jvm_gc_pause_seconds") || metrics.contains("jvm_memory_used_bytes"), metrics);
        assertTrue(get(url, "/healthz").strip().endsWith("ok"), get(url, "/healthz"));
        assertTrue(get(url, "/api/fdb?vni=1").contains("\"mac\":\"" + Overlay.mac(right) + "\""));
        assertTrue(get(url, "/api/version").contains("\"version\":\"overlane"));
        assertTrue(get(url, "/api/reload").startsWith("HTTP/1.1 404 "));
        a.stop("TERM");
        b.stop("TERM");
    }

    @Test
    void shouldRefuseAnAddressThatIsTakenAndWarnOfOneThatOthersReach()
    {
        final Bridge open = startLeft("--http", "0.0.0.0:0");
        open.process().awaitLine(
            "tun-bridge: --http 0.0.0.0:0: everybody who reaches this address can read", LIMIT_S);
        final String port = url(open, "http://0.0.0.0:").replaceAll(".*:(\\d+)/", "$1");
        final CommandResult second = left.start(Bridge.command(List.of(), "tun-bridge", List.of(
            "--device", "vx9", "--port", "9999", "--admin", "off", "--http", port))).await(LIMIT_S);
        assertEquals(1, second.status(), second::toString);
        assertTrue(second.toString().contains("overlane: --http " + port + ": cannot listen on 127.0.0.1 port " + port),
            second::toString);
        assertEquals(false, left.hasDevice("vx9"));
        open.stop("TERM");
    }

    private static String url(final Bridge bridge, final String host)
    {
        return bridge.process().awaitLine("tun-bridge: page, metrics and health at " + host, LIMIT_S)
            .replaceFirst(".* at ", "");
    }

    @Test
    void shouldLoseNoFrameWhileClientsAskAsFastAsTheyCan() throws IOException
    {
        final Bridge a = startLeft("--http", "9101");
        final Bridge b = startRight();
        left.run("ping", "-q", "-c", "5", "-i", "0.1", Overlay.v4(right)).orFail();
        final List<LabProcess> greedy = new ArrayList<>();
        final String connect = "exec 3<>/dev/tcp/127.0.0.1/9101; ";
        final String rest = " HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n' >&3; ";
        for (final String what : List.of(
            "while :; do " + connect + "printf 'GET /api/fdb" + rest + "done",
            "while :; do " + connect + "printf 'GET /metrics" + rest + "read -t 0.2 x <&3; done",
            "while :; do for i in {1..50}; do exec {f}<>/dev/tcp/127.0.0.1/9101; done; sleep 0.1; done",
            connect + "cat /dev/zero >&3"))
        {
            greedy.add(left.start(List.of("bash", "-c", what)));
        }
        Traffic.assertAllAnswered(500, left.run("ping", "-c", "500", "-i", "0.01", "-w", "30", Overlay.v4(right)));
        greedy.forEach(LabProcess::close);
        Poll.until("the server answers again", LIMIT_S, () -> get(START + "9101/", "/healthz").strip().endsWith("ok"));
        a.stop("TERM");
        b.stop("TERM");
    }

    @Test
    void shouldShowRatesOnATerminalAndEndWithAKey() throws IOException
    {
        final Bridge a = startLeft();
        final Bridge b = startRight();
        final LabProcess ping = left.start(List.of("ping", "-q", "-i", "0.01", Overlay.v4(right)));
        final CommandResult batch = left.start(Bridge.command(
            List.of(), "top", List.of("-b", "-n", "2", "--admin", socket.toString()))).await(LIMIT_S).orFail();
        assertTrue(batch.output().contains("VNI 1 "), batch.output());

        final Path screen = directory.resolve("screen");
        final String top = String.join(" ", Bridge.command(List.of(), "top", List.of("--admin", socket.toString())));
        // script(1) gives the command a terminal; its keys come through a pipe.
        final LabProcess session = left.start(List.of("bash", "-c",
            "(until grep -q 'sorted by traffic.*VNI 1' <(tr -d '\\r\\n' < " + screen + "); do sleep 0.2; done; " +
            "printf n; until grep -q 'sorted by name' " + screen + "; do sleep 0.2; done; printf q) | " +
            "TERM=xterm LC_ALL=C.UTF-8 script -qefc 'stty rows 30 cols 70; " + top + "; stty -a' " + screen));
        final CommandResult ended = session.await(LIMIT_S);
        final String text = Files.readString(screen);
        assertEquals(0, ended.status(), () -> ended + text);
        assertTrue(text.contains("\u001b[?1049h"), text);
        assertTrue(text.contains("192.0.2.2:8472"), text);
        assertTrue(text.indexOf("\u001b[?1049l") > text.indexOf("sorted by name"), "the screen is restored");
        final String modes = text.substring(text.lastIndexOf("\u001b[?1049l"));
        assertTrue(modes.contains(" icanon") && modes.contains(" echo "), modes);
        ping.close();
        a.stop("TERM");
        b.stop("TERM");
    }
}

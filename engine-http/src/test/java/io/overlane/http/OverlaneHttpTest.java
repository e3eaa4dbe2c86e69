// SPDX-License-Identifier: Apache-2.0
package io.overlane.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.Answer;
import io.overlane.admin.command.EngineCommands;
import io.overlane.control.DesiredState;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.http.server.RawClient;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a running engine shows. */
@Timeout(120)
class OverlaneHttpTest
{
    private static final Vtep PEER = Vtep.parse("127.0.0.2:8472", 0);
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private OverlayEngine engine;
    private RingPort port;
    private OverlaneHttp http;

    @BeforeEach
    void start() throws IOException
    {
        port = new RingPort("app", 1450, 256);
        engine = OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0).errorHandler(errors::add)))
            .segment(new SegmentContext(42).port(port).flood(PEER)));
        http = OverlaneHttp.start(engine, ANY_PORT);
    }

    @AfterEach
    void stop()
    {
        http.close();
        engine.close();
        assertEquals(List.of(), errors);
    }

    private String get(final String target) throws IOException
    {
        return RawClient.get(http.address(), target);
    }

    private static String body(final String answer)
    {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private static void assertStatus(final int status, final String answer)
    {
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
    }

    private String assertOk(final String target) throws IOException
    {
        final String answer = get(target);
        assertStatus(200, answer);
        return body(answer);
    }

    private void fill(final int entries) throws Exception
    {
        final DesiredState state = new DesiredState();
        for (int i = 0; i < entries; i++)
        {
            state.fdb(42, new MacAddress(0x02_00_00_00_00_00L + i), PEER);
        }
        assertTrue(engine.control().apply("test", state).get(60, TimeUnit.SECONDS).isComplete());
    }

    @Test
    void shouldServeEachCommandThatChangesNothing() throws IOException
    {
        final String index = assertOk("/api");
        final AdminCommands commands = EngineCommands.addTo(engine, true, new AdminCommands());
        for (final AdminCommands.Description command : commands.list())
        {
            final String path = "/api/" + command.name().replace(" show", "").replace(' ', '/');
            assertEquals(command.isReading(), index.contains("\"path\":\"" + path + "\""), command.name());
            // Words that a command cannot do without stand first, and not in brackets.
            final boolean isComplete = command.syntax().isEmpty() || command.syntax().startsWith("[");
            assertStatus(!command.isReading() ? 404 : isComplete ? 200 : 400, get(path));
        }
        assertTrue(index.contains("\"path\":\"/api/history\""), index);
        assertStatus(404, get("/api/fdb/flush"));
        assertStatus(404, get("/apifdb"));
    }

    @Test
    void shouldServeACommandOfTheApplication() throws Exception
    {
        final AdminCommands commands = new AdminCommands()
            .addReading("weather", "[PLACE]", "what it says", words -> Answer.line("dry " + words))
            .add("rain", "", "let it rain", words -> Answer.DONE);
        try (OverlaneHttp other = OverlaneHttp.start(new HttpContext(Map::of, commands).address(ANY_PORT)))
        {
            final String answer = RawClient.get(other.address(), "/api/weather?here%20there");
            assertStatus(400, answer);
            assertEquals("{\"message\":\"dry [here]\"}\n", body(RawClient.get(other.address(), "/api/weather?here")));
            assertStatus(404, RawClient.get(other.address(), "/api/rain"));
        }
    }

    @Test
    void shouldAnswerWrongRequestsWithTheirError() throws IOException
    {
        final String usage = get("/api/fdb?vni=x");
        assertStatus(400, usage);
        assertTrue(body(usage).startsWith("{\"error\":\"not a VNI: 'x'"), usage);
        final String refused = get("/api/fdb?vni=7");
        assertStatus(409, refused);
        assertEquals("{\"error\":\"no segment has VNI 7\"}\n", body(refused));
        assertStatus(400, get("/api/fdb?limit=5001"));
        assertStatus(400, get("/api/fdb?limit=99999999999"));
        assertStatus(400, get("/api/fdb?limit=x"));
    }

    @Test
    void shouldCutALargeTableIntoPages() throws Exception
    {
        fill(2500);
        final Pattern next = Pattern.compile("\r\nLink: <([^>]+)>; rel=\"next\"\r\n");
        String target = "/api/fdb?extern";
        int rows = 0;
        int pages = 0;
        while (target != null)
        {
            final String answer = get(target);
            assertStatus(200, answer);
            rows += answer.split("\"mac\":", -1).length - 1;
            pages++;
            final Matcher link = next.matcher(answer);
            target = link.find() ? link.group(1) : null;
        }
        assertEquals(2500, rows);
        assertEquals(3, pages);
        assertEquals(10, assertOk("/api/fdb?limit=10").split("\"mac\":", -1).length - 1);
    }

    @Test
    void shouldReportHealth() throws Exception
    {
        assertEquals("ok\n", assertOk("/healthz"));
        final String[] trouble = {""};
        try (OverlaneHttp other = OverlaneHttp.start(
            new HttpContext(engine).address(ANY_PORT).problem(() -> trouble[0])))
        {
            trouble[0] = "no lease yet";
            final String answer = RawClient.get(other.address(), "/healthz");
            assertStatus(503, answer);
            assertEquals("no lease yet\n", body(answer));
        }
        engine.close();
        final String answer = get("/healthz");
        assertStatus(503, answer);
        assertEquals("engine has ended\n", body(answer));
    }

    @Test
    void shouldServeTheMetricsOfTheApplication() throws IOException
    {
        assertStatus(404, get("/metrics"));
        try (OverlaneHttp other = OverlaneHttp.start(
            new HttpContext(engine).address(ANY_PORT).metrics(() -> "frames_total 3\n")))
        {
            final String answer = RawClient.get(other.address(), "/metrics");
            assertStatus(200, answer);
            assertTrue(answer.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"), answer);
            assertEquals("frames_total 3\n", body(answer));
        }
    }

    @Test
    void shouldKeepRatesOfTheLastMinutes() throws Exception
    {
        final String[] history = {assertOk("/api/history")};
        assertTrue(history[0].contains("\"name\":\"engine\",\"running\":true"), history[0]);
        while (!history[0].matches("(?s).*\"encap\":\\{\"frames_s\":\\[[0-9,]*[1-9][0-9,]*].*"))
        {
            final int index = port.tryClaim(60);
            port.buffer().setMemory(index, 60, (byte)0);
            port.buffer().putByte(index, (byte)2);
            port.buffer().putByte(index + 6, (byte)2);
            port.commit(index);
            history[0] = assertOk("/api/history");
        }
    }

    @Test
    void shouldShowAPageWithoutForeignParts() throws IOException
    {
        for (final String asset : List.of("/", "/page.css", "/page.js"))
        {
            final String answer = get(asset);
            assertStatus(200, answer);
            assertTrue(answer.contains("Content-Security-Policy: default-src 'none'; script-src 'self'"), answer);
            assertTrue(answer.contains("X-Content-Type-Options: nosniff\r\n"), answer);
            assertFalse(answer.contains("Set-Cookie"), answer);
            assertFalse(body(answer).replace("http://www.w3.org/2000/svg", "").matches("(?s).*https?://.*"), asset);
            assertFalse(body(answer).contains("innerHTML"), asset);
        }
        assertStatus(404, get("/page.html"));
        assertStatus(404, get("/../etc/passwd"));
    }

    @Test
    void shouldSayItsUrl()
    {
        assertEquals("http://127.0.0.1:" + http.address().getPort() + "/", http.url());
    }
}

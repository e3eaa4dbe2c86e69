package io.overlane.admin.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.AdminStatus;
import io.overlane.admin.Answer;
import io.overlane.engine.EngineHarness;
import io.overlane.fdb.FdbEntry;
import io.overlane.port.LoopbackPort;
import io.overlane.segment.IpNetworkContext;
import io.overlane.segment.SegmentContext;
import io.overlane.testdata.FrameSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests to an engine under the test's hand. */
@Timeout(60)
class EngineCommandsTest
{
    private static final int VNI = 42;
    private static final String M = "02:00:00:00:00:0a";
    private static final String N = "02:00:00:00:00:0b";
    private static final String ALL = "00:00:00:00:00:00";

    private final EngineHarness harness = EngineHarness.create();
    private AdminCommands commands;

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldAddShowReplaceAndDeleteStations() throws AdminException
    {
        launch(new SegmentContext(VNI));
        ask("fdb add " + M + " dst 192.0.2.7 vni 42 port 4789");
        ask("fdb add " + N + " dst 2001:db8::7");
        assertEquals(
            "MAC                DST          PORT  VNI  DEV  KIND\n" +
            M + "  192.0.2.7    4789   42  -    static\n" +
            N + "  2001:db8::7  8472   42  -    static\n",
            ask("fdb show").text());
        assertEquals(Vtep.parse("192.0.2.7:4789", 0), remoteOf(M));

        assertRefused("entry " + M + " of VNI 42 exists already", "fdb add " + M + " dst 192.0.2.8");
        ask("fdb replace " + M + " dst 192.0.2.8");
        assertEquals(Vtep.parse("192.0.2.8:8472", 0), remoteOf(M));
        assertEquals(1, rows(ask("fdb show " + M)).size());
        assertEquals(1, rows(ask("fdb show dst 2001:db8::7")).size());

        assertRefused("entry " + M + " of VNI 42 is behind 192.0.2.8:8472", "fdb del " + M + " dst 192.0.2.9");
        ask("fdb del " + M + " dst 192.0.2.8");
        assertRefused("entry " + M + " of VNI 42 does not exist", "fdb del " + M);
        ask("fdb del " + N);
        assertEquals("", ask("fdb show").text());
        assertEquals(0, harness.engine().forwarding().remotes().size());
    }

    @Test
    void shouldKeepTheFloodListUnderTheZeroAddress() throws AdminException
    {
        launch(new SegmentContext(VNI));
        ask("fdb append " + ALL + " dst 192.0.2.7");
        ask("fdb append " + ALL + " dst 192.0.2.8");
        assertRefused(
            "flood entry 192.0.2.7:8472 of VNI 42 exists already", "fdb append " + ALL + " dst 192.0.2.7");
        assertEquals(
            List.of(
                Map.of("mac", ALL, "dst", "192.0.2.7", "port", 8472, "vni", VNI, "kind", "flood"),
                Map.of("mac", ALL, "dst", "192.0.2.8", "port", 8472, "vni", VNI, "kind", "flood")),
            rows(ask("fdb show " + ALL)));
        assertUsage("fdb replace " + ALL + " dst 192.0.2.9");
        assertUsage("fdb del " + ALL);
        ask("fdb del " + ALL + " dst 192.0.2.7");
        assertRefused(
            "flood entry 192.0.2.7:8472 of VNI 42 does not exist", "fdb del " + ALL + " dst 192.0.2.7");
        assertEquals(1, rows(ask("fdb show")).size());
    }

    @Test
    void shouldFlushWhatWasLearnedAndKeepWhatWasConfigured() throws AdminException
    {
        launch(new SegmentContext(VNI).learning(true));
        ask("fdb add " + M + " dst 192.0.2.7");
        harness.attach(EngineHarness.A);
        harness.receive(EngineHarness.A, vxlan(VNI, FrameSpec.ipv4Udp().bytes()));
        assertEquals(List.of("learned", "static"),
            rows(ask("fdb show")).stream().map(row -> row.get("kind")).sorted().toList());
        assertEquals("1 removed\n", ask("fdb flush").text());
        assertEquals("0 removed\n", ask("fdb flush").text());
        assertEquals(1, rows(ask("fdb show")).size());
        assertEquals("1 removed\n", ask("fdb flush static").text());
        assertUsage("fdb flush dynamic");
    }

    @Test
    void shouldAnswerForNeighborsAsTold() throws AdminException
    {
        launch(new SegmentContext(VNI));
        ask("neigh add 10.0.0.9 lladdr " + M + " vni 42");
        ask("neigh add fd00::9 lladdr " + N);
        assertEquals(
            "IP        LLADDR             VNI\n10.0.0.9  " + M + "   42\nfd00::9   " + N + "   42\n",
            ask("neigh show").text());
        assertRefused("neighbour 10.0.0.9 of VNI 42 is known already", "neigh add 10.0.0.9 lladdr " + N);
        ask("neigh replace 10.0.0.9 lladdr " + N);
        assertEquals(1, rows(ask("neigh show 10.0.0.9")).size());
        ask("neigh del 10.0.0.9");
        assertRefused("neighbour 10.0.0.9 of VNI 42 is not known", "neigh del 10.0.0.9");
        assertEquals("1 removed\n", ask("neigh flush").text());
        assertEquals("", ask("neigh show").text());
    }

    @Test
    void shouldSayWhyASegmentLosesFramesFromARemote() throws AdminException
    {
        launch(new SegmentContext(VNI));
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.STRANGER);
        harness.receive(EngineHarness.STRANGER, vxlan(99, FrameSpec.ipv4Udp().bytes()));
        harness.receive(EngineHarness.A, vxlan(VNI, new byte[3]));
        harness.receive(EngineHarness.A, vxlan(VNI, new byte[3]));
        assertEquals(
            List.of(Map.of(
                "path", "decap", "reason", "inner-too-short", "vni", VNI, "remote", "192.0.2.10", "frames", 2L)),
            rows(ask("drops vni 42 remote 192.0.2.10"), "counts"));
        assertEquals(2, rows(ask("drops"), "counts").size());
        assertEquals(1, rows(ask("drops reason unknown-vni"), "counts").size());
        assertEquals(0, rows(ask("drops remote 192.0.2.7"), "counts").size());
        final Map<String, Object> sample = rows(ask("drops vni 99"), "samples").get(0);
        assertEquals("192.0.2.66", sample.get("remote"));
        assertTrue(sample.get("bytes").toString().startsWith("0800000000006300"), sample::toString);
        assertTrue(sample.get("frame").toString().contains(" ipv4 "), sample::toString);
        assertTrue(sample.get("frame").toString().contains(" udp "), sample::toString);
        assertTrue(ask("drops").text().contains("inner-too-short"), "text");
        assertTrue(assertUsage("drops reason bad-luck").contains("unknown-vni"));
    }

    @Test
    void shouldShowSegmentsAndStatistics() throws AdminException
    {
        launch(new SegmentContext(VNI).learning(true).ownMac(MacAddress.parse(M)).flood(EngineHarness.A));
        harness.attach(EngineHarness.A);
        harness.transmit(FrameSpec.ipv4Udp().bytes());
        assertEquals(
            "VNI  DEV       MTU  MAC                LEARNING  SOURCE  FLOOD\n" +
            " 42  port-42  1450  " + M + "  yes       any     192.0.2.10:8472\n",
            ask("segment show").text());
        final Map<?, ?> stats = assertInstanceOf(Map.class, ask("stats").json());
        final Map<?, ?> encap = (Map<?, ?>)((List<?>)stats.get("paths")).get(0);
        assertEquals(1L, encap.get("delivered"));
        assertEquals(1, ((List<?>)stats.get("remotes")).size());
        assertTrue(ask("stats").text().contains("192.0.2.10:8472"), ask("stats").text());
        assertEquals("pong\n", ask("ping").text());
    }

    @Test
    void shouldWantAVniOnlyWhereThereAreSeveral() throws AdminException
    {
        harness.context()
            .segment(new SegmentContext(1).port(new LoopbackPort("p1", 1450, 64, 2048)))
            .segment(new SegmentContext(2).port(new LoopbackPort("p2", 1450, 64, 2048)));
        harness.launch();
        commands = EngineCommands.addTo(harness.engine(), true, new AdminCommands());
        assertTrue(assertUsage("fdb add " + M + " dst 192.0.2.7").startsWith("no vni, and there are 2 segments"));
        ask("fdb add " + M + " dst 192.0.2.7 vni 1");
        ask("fdb add " + M + " dst 192.0.2.8 vni 2");
        assertEquals(1, rows(ask("fdb show vni 2")).size());
        assertRefused("no segment has VNI 3", "fdb show vni 3");
    }

    @Test
    void shouldShowAndChangeRoutesOfTheIpNetwork() throws AdminException
    {
        harness.launch(new IpNetworkContext());
        commands = EngineCommands.addTo(harness.engine(), false, new AdminCommands());
        ask("route replace 10.5.2.0/24 dst 192.0.2.7 port 8285");
        assertEquals("PREFIX       DST        PORT\n10.5.2.0/24  192.0.2.7  8285\n", ask("route show").text());
        ask("route del 10.5.2.0/24");
        assertRefused("route 10.5.2.0/24 does not exist", "route del 10.5.2.0/24");
        assertRefused("ip-udp carries IPv4 only, not fd00::/64", "route replace fd00::/64 dst 192.0.2.7");
    }

    @Test
    void shouldRefuseWhatMakesNoSense()
    {
        launch(new SegmentContext(VNI));
        for (final String request : List.of(
            "fdb add", "fdb add x dst 192.0.2.7", "fdb add " + M, "fdb add " + M + " dst", "fdb add " + M + " dst x",
            "fdb add " + M + " dst 224.0.0.1", "fdb add " + M + " dst 0.0.0.0",
            "fdb add 01:00:5e:00:00:01 dst 192.0.2.7",
            "fdb add " + M + " dst 192.0.2.7 port 0", "fdb add " + M + " dst 192.0.2.7 port 65536",
            "fdb add " + M + " dst 192.0.2.7 vni 16777216", "fdb add " + M + " dst 192.0.2.7 vni -1",
            "fdb add " + M + " dst 192.0.2.7 dst 192.0.2.8", "fdb add " + M + " dst 192.0.2.7 dev x", "fdb show a b",
            "neigh add 10.0.0.9", "neigh add 10.0.0.9 lladdr " + ALL, "neigh del", "neigh show x", "drops vni x",
            "stats x"))
        {
            assertUsage(request);
        }
        assertEquals(0, harness.engine().forwarding().fdb().size());
    }

    @Test
    void shouldSayWhenTheEngineIsClosed()
    {
        launch(new SegmentContext(VNI));
        harness.engine().close();
        assertRefused("the engine is closed", "ping");
        assertRefused("the engine is closed", "fdb add " + M + " dst 192.0.2.7");
    }

    private void launch(final SegmentContext segment)
    {
        harness.launch(segment);
        commands = EngineCommands.addTo(harness.engine(), true, new AdminCommands());
    }

    /** Requests are run by one thread and what they change is written by another, this one. */
    private Answer ask(final String request) throws AdminException
    {
        final CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(() ->
        {
            try
            {
                return commands.run(List.of(request.split(" ")));
            }
            catch (final AdminException ex)
            {
                throw new IllegalStateException(ex);
            }
        });
        while (!answer.isDone())
        {
            harness.engine().doWork();
        }
        try
        {
            return answer.get();
        }
        catch (final ExecutionException ex)
        {
            throw assertInstanceOf(AdminException.class, ex.getCause().getCause(), ex::toString);
        }
        catch (final InterruptedException ex)
        {
            throw new AssertionError(ex);
        }
    }

    private void assertRefused(final String message, final String request)
    {
        final AdminException ex = assertThrows(AdminException.class, () -> ask(request));
        assertEquals(message, ex.getMessage());
        assertEquals(AdminStatus.REFUSED, ex.status());
    }

    private String assertUsage(final String request)
    {
        final AdminException ex = assertThrows(AdminException.class, () -> ask(request), request);
        assertEquals(AdminStatus.USAGE, ex.status(), request);
        assertEquals(1, ex.getMessage().lines().count(), request);
        return ex.getMessage();
    }

    private Vtep remoteOf(final String mac)
    {
        final long word = harness.engine().forwarding().fdb().lookup(VNI, MacAddress.parse(mac).value());
        return harness.engine().forwarding().remotes().vtep(FdbEntry.remote(word));
    }

    private static List<Map<String, Object>> rows(final Answer answer, final String member)
    {
        return rows(new Answer("", ((Map<?, ?>)answer.json()).get(member)));
    }

    /** With text for addresses, as JSON has them. */
    private static List<Map<String, Object>> rows(final Answer answer)
    {
        return ((List<?>)answer.json()).stream().map(row ->
        {
            final Map<String, Object> members = new HashMap<>();
            ((Map<?, ?>)row).forEach((name, value) -> members.put(
                name.toString(),
                value instanceof MacAddress || value instanceof IpAddress ? value.toString() : value));
            members.values().removeIf(value -> value == null);
            return members;
        }).toList();
    }

    private static byte[] vxlan(final int vni, final byte[] inner)
    {
        final byte[] datagram = new byte[8 + inner.length];
        datagram[0] = 8;
        datagram[4] = (byte)(vni >> 16);
        datagram[5] = (byte)(vni >> 8);
        datagram[6] = (byte)vni;
        System.arraycopy(inner, 0, datagram, 8, inner.length);
        return datagram;
    }
}

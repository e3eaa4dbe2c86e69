// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.memory.MemoryBuffer;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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

    private final CommandTrial trial = new CommandTrial();
    private final EngineHarness harness = trial.harness();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldAnswerForNeighborsAsTold() throws AdminException
    {
        launch(new SegmentContext(VNI));
        ask("neigh add 10.0.0.9 lladdr " + M + " vni 42");
        ask("neigh add fd00::9 lladdr " + N);
        assertEquals(
            "IP        LLADDR             VNI  KIND    AGE_S\n10.0.0.9  " + M + "   42  static  -\nfd00::9   " + N +
                "   42  static  -\n",
            ask("neigh show").text());
        assertRefused("neighbour 10.0.0.9 of VNI 42: it exists already", "neigh add 10.0.0.9 lladdr " + N);
        ask("neigh replace 10.0.0.9 lladdr " + N);
        assertEquals(1, rows(ask("neigh show 10.0.0.9")).size());
        ask("neigh del 10.0.0.9");
        assertRefused("neighbour 10.0.0.9 of VNI 42: it does not exist", "neigh del 10.0.0.9");
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

    /** A reason of the application shows as one of the engine, with a sample that is read where its frame begins. */
    @Test
    void shouldShowDropsForAReasonOfTheApplication() throws AdminException
    {
        launch(new SegmentContext(VNI));
        final DropReason denied = DropReason.custom("test-ctl-denied");
        harness.engine().stages().add(frame -> frame.drop(denied));
        harness.attach(EngineHarness.A);
        harness.receive(EngineHarness.A, vxlan(VNI, FrameSpec.ipv4Udp().bytes()));
        harness.transmit(FrameSpec.ipv4Udp().bytes());
        final Answer answer = ask("drops reason test-ctl-denied");
        assertEquals(2, rows(answer, "counts").size());
        final List<Map<String, Object>> samples = rows(answer, "samples");
        assertEquals(2, samples.size());
        samples.forEach(sample -> assertTrue(sample.get("frame").toString().contains(" udp "), sample::toString));
        assertTrue(answer.text().contains("test-ctl-denied"), answer::text);
    }

    @Test
    void shouldSayHowLongWhatWasTooLongWas() throws AdminException
    {
        launch(new SegmentContext(VNI));
        final IpAddress remote = EngineHarness.A.address();
        drop(remote, 2, 1600);
        drop(remote, 1, 1500);
        assertEquals(
            List.of(Map.of("path", "encap", "reason", "oversize", "vni", VNI, "remote", "192.0.2.10",
                "frames", 3L, "longest", 1600)),
            rows(ask("drops reason oversize"), "counts"));
    }

    private void drop(final IpAddress remote, final int frames, final int length)
    {
        final MemoryBuffer frame = new MemoryBuffer(new byte[length]);
        harness.encap().onDropped(
            DropReason.OVERSIZE, VNI, remote.high(), remote.low(), frames, frame, 0, frame.capacity());
        harness.encap().onOversize(VNI, remote.high(), remote.low(), length);
    }

    @Test
    void shouldShowSegmentsAndStatistics() throws AdminException
    {
        launch(new SegmentContext(VNI)
            .policy(p -> p.learning(true)).ownMac(MacAddress.parse(M)).flood(EngineHarness.A));
        harness.attach(EngineHarness.A);
        harness.transmit(FrameSpec.ipv4Udp().bytes());
        assertEquals(
            "VNI  DEV       MTU  MAC                LEARNING  SOURCE  FLOOD\n" +
            " 42  port-42  1450  " + M + "  yes       any     192.0.2.10:8472\n" +
            "rules of VNI 42: policy linux; accept-from any; inner-vlan pass; learning on; proxy on; " +
            "max-learned none; fdb-age 300; flood-limit none; ttl default; tos 0; df default; group none\n",
            ask("segment show").text());
        final Map<?, ?> stats = assertInstanceOf(Map.class, ask("stats").json());
        final Map<?, ?> encap = (Map<?, ?>)((List<?>)stats.get("paths")).get(0);
        assertEquals(1L, encap.get("delivered"));
        assertEquals(1, ((List<?>)stats.get("remotes")).size());
        assertTrue(ask("stats").text().contains("192.0.2.10:8472"), ask("stats").text());
        assertEquals(Map.of("receive_drops", 0L), stats.get("underlay"));
        assertEquals(Map.of("access", "bytebuffer"), stats.get("memory"));
        final Map<?, ?> segment = (Map<?, ?>)((List<?>)stats.get("segments")).get(0);
        assertEquals(List.of(VNI, 1L), List.of(segment.get("vni"), segment.get("sent")));
        final Map<?, ?> port = (Map<?, ?>)((List<?>)stats.get("ports")).get(0);
        assertEquals(List.of("port-42", 1L, 0L), List.of(port.get("dev"), port.get("in"), port.get("out")));
        assertEquals("pong\n", ask("ping").text());
    }

    @Test
    void shouldShowBatchSizesAndDelays() throws AdminException
    {
        launch(new SegmentContext(VNI).flood(EngineHarness.A));
        harness.attach(EngineHarness.A);
        harness.transmit(FrameSpec.ipv4Udp().bytes());
        final Answer off = ask("histograms");
        assertTrue(off.text().endsWith("latency is not measured now; 'latency on' begins\n"), off.text());
        assertEquals(2, histograms(off).size());
        assertEquals(List.of("encap", "batch_frames", 1L), values(histograms(off).get(0), "path", "what", "count"));
        assertEquals(List.of(List.of(0L, 1L, 1L)), histograms(off).get(0).get("buckets"));
        ask("latency on");
        harness.transmit(FrameSpec.ipv4Udp().bytes());
        final Answer on = ask("histograms");
        assertEquals(List.of("encap", "latency_ns", 1L), values(histograms(on).get(1), "path", "what", "count"));
        ask("latency off");
        assertTrue(assertUsage("latency perhaps").startsWith("not on or off: 'perhaps'"));
    }

    private static List<Map<?, ?>> histograms(final Answer answer)
    {
        return ((List<?>)((Map<?, ?>)answer.json()).get("histograms")).stream()
            .<Map<?, ?>>map(row -> (Map<?, ?>)row).toList();
    }

    private static List<Object> values(final Map<?, ?> row, final String... columns)
    {
        return Arrays.stream(columns).<Object>map(row::get).toList();
    }

    @Test
    void shouldShowHowManyDatagramsWereDroppedBeforeTheEngineReadThem() throws AdminException
    {
        launch(new SegmentContext(VNI));
        harness.attach(EngineHarness.A);
        while (harness.fabric().lost() < 3)
        {
            harness.send(EngineHarness.A, 0, new byte[8]);
        }
        final Answer stats = ask("stats");
        assertEquals(Map.of("receive_drops", 3L), ((Map<?, ?>)stats.json()).get("underlay"));
        assertTrue(
            stats.text().endsWith("RECEIVE_DROPS  MEMORY_ACCESS\n            3  bytebuffer\n"), stats.text());
    }

    @Test
    void shouldChangeRulesOfASegmentAndSayWhatChanged() throws AdminException
    {
        launch(new SegmentContext(VNI));
        assertEquals("learning off -> on; fdb-age 300 -> 60; flood-limit none -> port=5,copies=9\n",
            ask("segment set 42 fdb-age 60 flood-limit copies=9,port=5 learning on").text());
        assertEquals("nothing changed\n", ask("segment set 42 learning on").text());
        assertEquals(
            "policy linux -> strict; accept-from any -> 192.0.2.0/24,2001:db8::1/128; inner-vlan pass -> strip\n",
            ask("segment set 42 accept-from 192.0.2.0/24,2001:db8::1 inner-vlan strip policy strict").text());
        assertEquals("max-learned none -> 7; ttl default -> inherit; tos 0 -> 184; df default -> unset; " +
            "group none -> 239.1.1.1\n",
            ask("segment set 42 ttl inherit tos 0xb8 df unset group 239.1.1.1 max-learned 7").text());
        assertEquals(
            Map.of("changed", List.of(Map.of("rule", "group", "before", "239.1.1.1", "after", "none"))),
            ask("segment set 42 group none").json());
        final String text = ask("segment show").text();
        assertTrue(text.contains("policy strict; accept-from 192.0.2.0/24,2001:db8::1/128; inner-vlan strip"), text);
        assertTrue(ask("segment set 42 policy linux").text()
            .startsWith("policy strict -> linux; accept-from 192.0.2.0/24,2001:db8::1/128 -> any"), "what it sets");
    }

    @Test
    void shouldRefuseToChangeWhatASegmentIsMadeWith()
    {
        launch(new SegmentContext(VNI));
        assertRefused("mtu of a segment cannot change while it runs: remove the segment and add it again",
            "segment set 42 learning on mtu 1400");
        assertRefused("no segment has VNI 9", "segment set 9 learning on");
        for (final String request : List.of(
            "segment set", "segment set x", "segment set 42", "segment set 42 learning", "segment set 42 learning yes",
            "segment set 42 max-learned -1", "segment set 42 policy lax", "segment set 42 accept-from",
            "segment set 42 accept-from known,192.0.2.1", "segment set 42 group 192.0.2.1", "segment set 42 ttl 0",
            "segment set 42 tos 256", "segment set 42 df maybe", "segment set 42 flood-limit port=0",
            "segment set 42 colour red", "segment set 42 learning on learning off"))
        {
            assertUsage(request);
        }
        assertFalse(harness.engine().segments().get(VNI).policy().learning());
    }

    @Test
    void shouldWantAVniOnlyWhereThereAreSeveral() throws AdminException
    {
        harness.context()
            .segment(new SegmentContext(1).port(new LoopbackPort("p1", 1450, 64, 2048)))
            .segment(new SegmentContext(2).port(new LoopbackPort("p2", 1450, 64, 2048)));
        harness.launch();
        trial.serve(true);
        assertTrue(
            assertUsage("fdb add " + M + " dst 192.0.2.7").startsWith("vni is missing, and there are 2 segments"));
        ask("fdb add " + M + " dst 192.0.2.7 vni 1");
        ask("fdb add " + M + " dst 192.0.2.8 vni 2");
        assertEquals(1, rows(ask("fdb show vni 2")).size());
        assertRefused("no segment has VNI 3", "fdb show vni 3");
    }

    @Test
    void shouldShowAndChangeRoutesOfTheIpNetwork() throws AdminException
    {
        harness.launch(new IpNetworkContext());
        trial.serve(false);
        ask("route replace 10.5.2.0/24 dst 192.0.2.7 port 8285");
        assertEquals("PREFIX       DST        PORT\n10.5.2.0/24  192.0.2.7  8285\n", ask("route show").text());
        ask("route del 10.5.2.0/24");
        assertRefused("route 10.5.2.0/24: it does not exist", "route del 10.5.2.0/24");
        assertRefused("route fd00::/64: the IP network carries IPv4 only", "route replace fd00::/64 dst 192.0.2.7");
    }

    @Test
    void shouldRefuseWhatMakesNoSense()
    {
        launch(new SegmentContext(VNI));
        for (final String request : List.of(
            "fdb add", "fdb add x dst 192.0.2.7", "fdb add " + M, "fdb add " + M + " dst", "fdb add " + M + " dst x",
            "fdb add " + M + " dst 224.0.0.1", "fdb add " + M + " dst 0.0.0.0",
            "fdb add " + M + " dst 192.0.2.7 port 0", "fdb add " + M + " dst 192.0.2.7 port 65536",
            "fdb add " + M + " dst 192.0.2.7 vni 16777216", "fdb add " + M + " dst 192.0.2.7 vni -1",
            "fdb add " + M + " dst 192.0.2.7 dst 192.0.2.8", "fdb add " + M + " dst 192.0.2.7 dev x", "fdb show a b",
            "neigh add 10.0.0.9", "neigh add 10.0.0.9 lladdr " + ALL, "neigh del", "neigh show x", "drops vni x",
            "stats x"))
        {
            assertUsage(request);
        }
        assertEquals(0, harness.engine().snapshot().tables().fdb());
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
        trial.launch(segment);
    }

    private Answer ask(final String request) throws AdminException
    {
        return trial.ask(request);
    }

    private void assertRefused(final String message, final String request)
    {
        trial.assertRefused(message, request);
    }

    private String assertUsage(final String request)
    {
        return trial.assertUsage(request);
    }

    private static List<Map<String, Object>> rows(final Answer answer, final String member)
    {
        return CommandTrial.rows(new Answer("", ((Map<?, ?>)answer.json()).get(member)));
    }

    private static List<Map<String, Object>> rows(final Answer answer)
    {
        return CommandTrial.rows(answer);
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

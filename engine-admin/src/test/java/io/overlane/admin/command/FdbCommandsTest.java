// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.control.DesiredState;
import io.overlane.control.FdbRequest;
import io.overlane.control.ReconcileResult;
import io.overlane.control.ReconcileResult.Change;
import io.overlane.control.TableResult;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an operator does to the FDB, and whose its entries are then. */
@Timeout(60)
class FdbCommandsTest
{
    private static final int VNI = 42;
    private static final String M = "02:00:00:00:00:0a";
    private static final String N = "02:00:00:00:00:0b";
    private static final String GROUP = "01:00:5e:00:00:01";
    private static final String ALL = "00:00:00:00:00:00";
    private static final String CONFIG = "config";

    private final CommandTrial trial = new CommandTrial();

    @AfterEach
    void close()
    {
        trial.close();
    }

    /** The admin thread looks for entries while the other writes. */
    @Test
    void shouldShowWhatStaysOnceWhileOthersComeAndGo() throws ExecutionException
    {
        trial.launch(new SegmentContext(VNI));
        final int staying = 100;
        final long first = MacAddress.parse(M).value();
        for (int i = 0; i < staying; i++)
        {
            put(first + i, EngineHarness.A);
        }
        trial.harness().run();
        for (int round = 0; round < 30; round++)
        {
            final CompletableFuture<Answer> shown = trial.start("fdb show");
            for (long mac = first + 1000; !shown.isDone(); mac++)
            {
                put(mac, EngineHarness.B);
                final FdbRequest old = new FdbRequest(VNI, new MacAddress(mac - 3), null);
                trial.harness().engine().control().operate(tables -> tables.delete(old));
                trial.harness().engine().doWork();
            }
            final List<String> macs = CommandTrial.rows(trial.await(shown)).stream()
                .map(row -> row.get("mac").toString()).toList();
            assertEquals(macs.size(), new HashSet<>(macs).size(), "one twice");
            for (int i = 0; i < staying; i++)
            {
                assertTrue(macs.contains(new MacAddress(first + i).toString()), "one missing");
            }
        }
    }

    @Test
    void shouldSayWhereThePortOfARemoteBelongs()
    {
        trial.launch(new SegmentContext(VNI));
        final String v4 = trial.assertUsage("fdb add " + M + " dst 192.0.2.7:4789");
        assertTrue(v4.startsWith("not an IP address: '192.0.2.7:4789' (did you mean 192.0.2.7 port 4789?)"), v4);
        final String v6 = trial.assertUsage("fdb show dst [fd00::1]:4789");
        assertTrue(v6.startsWith("not an IP address: '[fd00::1]:4789' (did you mean fd00::1 port 4789?)"), v6);
    }

    @Test
    void shouldAddShowReplaceAndDeleteStations() throws AdminException
    {
        trial.launch(new SegmentContext(VNI));
        ask("fdb add " + M + " dst 192.0.2.7 vni 42 port 4789");
        ask("fdb add " + N + " dst 192.0.2.6");
        assertEquals(
            "MAC                DST        PORT  VNI  DEV  KIND    REMOTE_VNI  ROUTER  OWNER   AGE_S\n" +
            M + "  192.0.2.7  4789   42  -    static  -           -       manual  -\n" +
            N + "  192.0.2.6  8472   42  -    static  -           -       manual  -\n",
            ask("fdb show").text());

        trial.assertRefused(
            "entry " + M + " of VNI 42: it exists already, 192.0.2.7:4789",
            "fdb add " + M + " dst 192.0.2.8");
        assertEquals(
            "entry " + M + " of VNI 42 is unchanged, 192.0.2.7:4789: a station has one remote, and 'fdb replace' " +
            "changes it\n",
            ask("fdb append " + M + " dst 192.0.2.8").text());
        assertEquals(Answer.DONE, ask("fdb append " + M + " dst 192.0.2.7 port 4789"));
        assertEquals("192.0.2.7", rows("fdb show " + M).get(0).get("dst"));
        ask("fdb replace " + M + " dst 192.0.2.8");
        assertEquals("192.0.2.8", rows("fdb show " + M).get(0).get("dst"));
        assertEquals(1, rows("fdb show dst 192.0.2.6").size());

        trial.assertRefused("entry " + M + " of VNI 42: it does not exist", "fdb del " + M + " dst 192.0.2.9");
        ask("fdb del " + M + " dst 192.0.2.8");
        trial.assertRefused("entry " + M + " of VNI 42: it does not exist", "fdb del " + M);
        ask("fdb del " + N);
        assertEquals("", ask("fdb show").text());
        assertEquals(0, trial.harness().engine().snapshot().tables().remotes());
    }

    @Test
    void shouldTakeKindsRoutersAndRemotesWithVnisOfTheirOwn() throws AdminException
    {
        trial.launch(new SegmentContext(VNI));
        ask("fdb add " + M + " dst 192.0.2.7 remote-vni 99 dynamic router");
        ask("fdb add " + N + " extern dst 192.0.2.8 remote-vni 42");
        assertEquals(
            List.of(
                Map.of("mac", M, "dst", "192.0.2.7", "port", 8472, "vni", VNI, "kind", "dynamic", "remote_vni", 99,
                    "router", true, "owner", List.of("manual"), "age_s", 0L),
                Map.of("mac", N, "dst", "192.0.2.8", "port", 8472, "vni", VNI, "kind", "external",
                    "owner", List.of("manual"))),
            rows("fdb show"));
        assertEquals(1, rows("fdb show dynamic").size());
        assertEquals(2, rows("fdb show dynamic extern").size());
        trial.assertRefused(
            "entry " + M + " of VNI 42: the entry belongs to another owner",
            "fdb replace " + M + " dst 192.0.2.8 extern");
        trial.assertRefused("entry " + M + " of VNI 42: it does not exist", "fdb del " + M + " dst 192.0.2.7");
        ask("fdb del " + M + " dst 192.0.2.7 remote-vni 99");
        assertTrue(trial.assertUsage("fdb add " + M + " dst 192.0.2.7 learned").contains("'dynamic'"));
        trial.assertUsage("fdb add " + M + " dst 192.0.2.7 static dynamic");
        trial.assertUsage("fdb add " + M + " dst 192.0.2.7 router router");
        trial.assertUsage("fdb del " + N + " port 8472");
        trial.assertRefused(
            "entry " + M + " of VNI 42: the underlay has no addresses of the remote's family",
            "fdb add " + M + " dst 2001:db8::7");
    }

    @Test
    void shouldKeepSeveralRemotesOfAGroup() throws AdminException
    {
        trial.launch(new SegmentContext(VNI));
        ask("fdb add " + GROUP + " dst 192.0.2.7");
        trial.assertRefused(
            "entry " + GROUP + " of VNI 42: it exists already", "fdb add " + GROUP + " dst 192.0.2.8");
        ask("fdb append " + GROUP + " dst 192.0.2.8");
        ask("fdb append " + GROUP + " dst 192.0.2.8 port 4789");
        trial.assertRefused(
            "entry " + GROUP + " of VNI 42: entries of groups cannot be replaced",
            "fdb replace " + GROUP + " dst 192.0.2.8");
        assertEquals(
            List.of("192.0.2.7", "192.0.2.8", "192.0.2.8"),
            rows("fdb show " + GROUP).stream().map(row -> row.get("dst")).toList());
        assertEquals("2 removed\n", ask("fdb flush dst 192.0.2.8 static").text());
        ask("fdb del " + GROUP);
        assertEquals(0, trial.harness().engine().snapshot().tables().remotes());
    }

    @Test
    void shouldKeepTheFloodListUnderTheZeroAddress() throws AdminException
    {
        trial.launch(new SegmentContext(VNI));
        ask("fdb append " + ALL + " dst 192.0.2.7");
        ask("fdb append " + ALL + " dst 192.0.2.8");
        ask("fdb append " + ALL + " dst 192.0.2.8 remote-vni 99");
        assertEquals(Answer.DONE, ask("fdb append " + ALL + " dst 192.0.2.7"));
        trial.assertRefused(
            "flood entry 192.0.2.9:8472 of VNI 42: it exists already",
            "fdb add " + ALL + " dst 192.0.2.9");
        final Map<String, Object> first = Map.of(
            "mac", ALL, "dst", "192.0.2.7", "port", 8472, "vni", VNI, "kind", "flood", "owner", List.of("manual"));
        assertEquals(first, rows("fdb show " + ALL).get(0));
        assertEquals(99, rows("fdb show flood").get(2).get("remote_vni"));
        assertEquals(0, rows("fdb show static").size());
        trial.assertUsage("fdb append " + ALL + " dst 192.0.2.9 dynamic");
        trial.assertUsage("fdb flush static " + ALL);
        ask("fdb del " + ALL + " dst 192.0.2.7");
        trial.assertRefused(
            "flood entry 192.0.2.7:8472 of VNI 42: it does not exist", "fdb del " + ALL + " dst 192.0.2.7");
        assertEquals("0 removed\n", ask("fdb flush all").text());
        assertEquals("2 removed\n", ask("fdb flush " + ALL).text());
        ask("fdb append " + ALL + " dst 192.0.2.7");
        ask("fdb append " + ALL + " dst 192.0.2.8 remote-vni 99");
        assertEquals(Answer.DONE, ask("fdb del " + ALL));
        assertEquals("", ask("fdb show").text());
        trial.assertRefused("flood list of VNI 42: it does not exist", "fdb del " + ALL);
        assertEquals(0, trial.harness().engine().snapshot().tables().remotes());
    }

    @Test
    void shouldFlushWhatIsMeantOnly() throws AdminException
    {
        trial.launch(new SegmentContext(VNI).policy(p -> p.learning(true)));
        ask("fdb add " + M + " dst 192.0.2.7");
        ask("fdb add " + N + " dst 192.0.2.8 dynamic");
        trial.harness().attach(EngineHarness.A);
        hear();
        assertEquals(List.of("dynamic", "learned", "static"),
            rows("fdb show").stream().map(row -> row.get("kind")).sorted().toList());
        assertEquals("1 removed\n", ask("fdb flush").text());
        assertEquals("0 removed\n", ask("fdb flush").text());
        assertEquals("0 removed\n", ask("fdb flush " + M + " dynamic").text());
        assertEquals("0 removed\n", ask("fdb flush all dst 192.0.2.9").text());
        assertEquals("1 removed\n", ask("fdb flush all dst 192.0.2.8").text());
        assertEquals("1 removed\n", ask("fdb flush static dynamic vni 42").text());
        trial.assertUsage("fdb flush all static");
        trial.assertUsage("fdb flush often x");
    }

    @Test
    void shouldOwnWhatItPuts() throws AdminException
    {
        trial.launch(new SegmentContext(VNI));
        ask("fdb add " + M + " dst 192.0.2.7");
        ask("fdb add " + N + " dst 192.0.2.7 dynamic");
        ask("fdb append " + ALL + " dst 192.0.2.7");
        final DesiredState wanted = new DesiredState()
            .fdb(VNI, MacAddress.parse(M), EngineHarness.A)
            .fdb(VNI, MacAddress.parse(N), Vtep.parse("192.0.2.7:8472", 0))
            .flood(VNI, Vtep.parse("192.0.2.7:8472", 0));
        final ReconcileResult result = apply(wanted);
        assertEquals(2, result.notApplied().size(), result::toString);
        assertEquals(
            "conflict fdb " + M + " of VNI 42 192.0.2.7:8472 -> 192.0.2.10:8472 (owned by manual)",
            result.notApplied().get(0).toString());
        assertEquals(0, apply(new DesiredState()).count(Change.Action.ADDED));
        assertEquals(3, rows("fdb show").size());
        assertEquals("dynamic", rows("fdb show " + N).get(0).get("kind"));
    }

    private void put(final long mac, final Vtep remote)
    {
        trial.harness().engine().control().operate(
            tables -> tables.replace(new FdbRequest(VNI, new MacAddress(mac), remote)));
    }

    @Test
    void shouldSayWhoseEntryItTook() throws AdminException
    {
        trial.launch(new SegmentContext(VNI));
        final DesiredState wanted = new DesiredState()
            .fdb(VNI, MacAddress.parse(M), EngineHarness.A)
            .fdb(VNI, MacAddress.parse(N), EngineHarness.A)
            .flood(VNI, EngineHarness.A);
        assertTrue(apply(wanted).isComplete());
        assertEquals(List.of(CONFIG), rows("fdb show " + M).get(0).get("owner"));
        assertEquals(Answer.DONE, ask("fdb append " + M + " dst 192.0.2.10"), "an append does not take an entry");
        assertEquals(List.of(CONFIG), rows("fdb show " + M).get(0).get("owner"));
        assertEquals("entry " + M + " of VNI 42 was owned by config\n", ask("fdb del " + M).text());
        assertEquals(
            "flood entry 192.0.2.10:8472 of VNI 42 was owned by config\n",
            ask("fdb del " + ALL + " dst 192.0.2.10").text());
        assertEquals(
            "entry " + N + " of VNI 42 was owned by config\n", ask("fdb replace " + N + " dst 192.0.2.7").text());
        final ReconcileResult again = apply(wanted);
        assertEquals(2, again.added(), again::toString);
        assertEquals("owned by manual", again.notApplied().get(0).why());
        assertEquals("1 removed\n", ask("fdb flush extern").text());
        assertEquals(1, apply(wanted).added());
        ask("fdb append " + ALL + " dst 192.0.2.7");
        assertEquals("flood list of VNI 42 was owned by config\n", ask("fdb del " + ALL).text());
        assertEquals(1, apply(wanted).added());
    }

    @Test
    void shouldShowWhatControlPlanesOwn() throws AdminException, ExecutionException
    {
        trial.launch(new SegmentContext(VNI));
        final MacAddress mac = MacAddress.parse(M);
        assertEquals(TableResult.DONE, trial.await(trial.harness().engine().control().operate(
            control -> control.add(new FdbRequest(VNI, mac, EngineHarness.B).external(5)))));
        assertEquals(List.of("control plane 5"), rows("fdb show").get(0).get("owner"));
        final ReconcileResult result = apply(new DesiredState().fdb(VNI, mac, EngineHarness.A));
        assertEquals("owned by control plane 5", result.notApplied().get(0).why());
        assertEquals(
            "entry " + M + " of VNI 42 was owned by control plane 5\n",
            ask("fdb replace " + M + " dst 192.0.2.7").text());
        assertEquals(TableResult.REFUSED, trial.await(trial.harness().engine().control().operate(
            control -> control.replace(new FdbRequest(VNI, mac, EngineHarness.B).external(5)))));
    }

    @Test
    void shouldShowAStationBehindAPort() throws AdminException, ExecutionException
    {
        trial.launch(new SegmentContext(VNI));
        assertEquals(TableResult.DONE, trial.await(trial.harness().engine().control().operate(
            tables -> tables.replace(VNI, MacAddress.parse(M), trial.harness().port()))));
        assertEquals(
            List.of(Map.of("mac", M, "vni", VNI, "dev", "port-42", "kind", "static", "owner", List.of("manual"))),
            rows("fdb show"));
        ask("fdb del " + M);
        assertEquals(0, rows("fdb show").size());
    }

    @Test
    void shouldGiveUpADynamicEntryThatAged() throws AdminException
    {
        trial.launch(new SegmentContext(VNI));
        ask("fdb add " + M + " dst 192.0.2.7 dynamic");
        trial.harness().clock().step(1000, TimeUnit.SECONDS);
        trial.harness().run();
        assertEquals(0, rows("fdb show").size());
        assertTrue(apply(new DesiredState().fdb(VNI, MacAddress.parse(M), EngineHarness.A)).isComplete());
        assertEquals(List.of(CONFIG), rows("fdb show").get(0).get("owner"));
    }

    private ReconcileResult apply(final DesiredState state)
    {
        try
        {
            return trial.await(trial.harness().engine().control().apply(CONFIG, state));
        }
        catch (final ExecutionException ex)
        {
            throw new AssertionError(ex);
        }
    }

    private void hear()
    {
        trial.harness().receive(
            EngineHarness.A, FrameSpec.vxlan(FrameSpec.ipv4Udp()).vni(VNI).datagram());
    }

    private Answer ask(final String request) throws AdminException
    {
        return trial.ask(request);
    }

    private List<Map<String, Object>> rows(final String request) throws AdminException
    {
        return CommandTrial.rows(trial.ask(request));
    }
}

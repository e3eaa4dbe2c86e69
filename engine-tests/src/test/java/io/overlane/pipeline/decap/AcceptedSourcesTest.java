// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.decap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.engine.EngineContext;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SourcePolicy;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.status.DropSample;
import io.overlane.status.DropSamples;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import io.overlane.underlay.Underlay;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which outer sources a segment accepts, while its configuration changes and while strangers knock. */
class AcceptedSourcesTest
{
    private static final MacAddress M = MacAddress.parse("02:00:00:00:00:77");
    private static final MacAddress OTHER = MacAddress.parse("02:00:00:00:00:78");

    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldKnowSourcesOfItsOwnSegmentOnly()
    {
        harness.context().segment(known(2).port(new LoopbackPort("two", 1450, 16)).flood(EngineHarness.B));
        harness.launch(known(1).flood(EngineHarness.A));

        assertAccepted(1, EngineHarness.A);
        assertAccepted(2, EngineHarness.B);
        assertRefused(1, EngineHarness.B);
        assertRefused(2, EngineHarness.A);
    }

    @Test
    void shouldKnowWhatConfiguredEntriesName()
    {
        harness.launch(known(1).fdb(M, EngineHarness.A));

        assertAccepted(1, EngineHarness.A);
        assertRefused(1, EngineHarness.B);
    }

    @Test
    void shouldForgetSourceWithTheLastThatNamesIt() throws Exception
    {
        harness.launch(known(1).fdb(M, EngineHarness.A).fdb(OTHER, EngineHarness.A).flood(EngineHarness.A));
        harness.engine().control().operate(tables -> tables.delete(FdbRequest.flood(1, EngineHarness.A)));
        harness.engine().control().operate(tables -> tables.delete(new FdbRequest(1, M, null)));
        harness.run();
        assertAccepted(1, EngineHarness.A);

        final var moved = harness.engine().control().operate(
            tables -> tables.replace(new FdbRequest(1, OTHER, EngineHarness.B)));
        harness.run();
        assertEquals(TableResult.DONE, moved.get());
        assertRefused(1, EngineHarness.A);
        assertAccepted(1, EngineHarness.B);

        harness.engine().control().operate(tables -> tables.append(FdbRequest.flood(1, EngineHarness.C)));
        harness.run();
        assertAccepted(1, EngineHarness.C);
    }

    @Test
    void shouldKnowSourceOfSeveralPortsUntilTheLastIsGone()
    {
        final Vtep otherPort = new Vtep(EngineHarness.A.address(), 4789);
        harness.launch(known(1).flood(EngineHarness.A).flood(otherPort));
        harness.engine().control().operate(tables -> tables.delete(FdbRequest.flood(1, EngineHarness.A)));
        harness.run();
        assertAccepted(1, EngineHarness.A);

        harness.engine().control().operate(tables -> tables.delete(FdbRequest.flood(1, otherPort)));
        harness.run();
        assertRefused(1, EngineHarness.A);
    }

    /** What it taught is no reason to go on listening. */
    @Test
    void shouldNotKnowWhatWasLearned()
    {
        harness.launch(known(1).policy(p -> p.learning(true)).flood(EngineHarness.A));
        assertAccepted(1, EngineHarness.A);
        assertEquals(1, harness.engine().snapshot().tables().learned());

        harness.engine().control().operate(tables -> tables.delete(FdbRequest.flood(1, EngineHarness.A)));
        harness.run();
        assertRefused(1, EngineHarness.A);
    }

    @Test
    void shouldNotTakeWhatIsInTheWayForConfigured()
    {
        harness.launch(known(1).policy(p -> p.learning(true)).flood(EngineHarness.A));
        harness.receive(EngineHarness.A, FrameSpec.vxlan(FrameSpec.ipv4Udp().sourceMac(M.value())).vni(1).datagram());
        harness.engine().control().operate(tables -> tables.replace(new FdbRequest(1, M, EngineHarness.B)));
        harness.run();
        harness.engine().control().operate(tables -> tables.delete(new FdbRequest(1, M, null)));
        harness.run();

        assertAccepted(1, EngineHarness.A);
        assertRefused(1, EngineHarness.B);
    }

    @Test
    void shouldBoundWhatItRemembersOfStrangers()
    {
        harness.launch(new SegmentContext(1)
            .policy(p -> p.profile(PolicyProfile.STRICT).learning(true)).flood(EngineHarness.A));
        final byte[] datagram = FrameSpec.vxlan(FrameSpec.ipv4Udp()).vni(1).datagram();
        final byte[] unknown = FrameSpec.vxlan(FrameSpec.ipv4Udp()).vni(99).datagram();
        final int strangers = 600;
        for (int i = 0; i < strangers; i++)
        {
            final Vtep stranger = new Vtep(IpAddress.ofV4(0xC612_0000 + i), 40_000);
            harness.receive(stranger, datagram);
            harness.receive(stranger, unknown);
        }

        assertEquals(strangers, harness.decap().dropped(DropReason.SOURCE_NOT_ALLOWED));
        assertEquals(strangers, harness.decap().dropped(DropReason.UNKNOWN_VNI));
        assertEquals(1, harness.engine().snapshot().tables().remotes(), "no number for strangers");
        assertEquals(0, harness.engine().snapshot().tables().fdb());
        final int[] lines = new int[1];
        harness.decap().ledger().forEach((reason, vni, high, low, count) -> lines[0]++);
        assertTrue(lines[0] <= 256 * 3 / 2 + 2, () -> "lines: " + lines[0]);

        final List<DropSample> last = harness.decap().samples().last(DropReason.UNKNOWN_VNI);
        assertEquals(DropSamples.PER_REASON, last.size());
        final DropSample newest = last.get(last.size() - 1);
        assertEquals(IpAddress.ofV4(0xC612_0000 + strangers - 1), newest.remote());
        assertEquals(DropLedger.NO_VNI, newest.vni());
        assertEquals(99, newest.bytes()[6], "the VNI that is not ours");
        assertEquals(unknown.length, newest.length());
    }

    @Test
    void shouldRefuseSettingsThatAcceptNoOne()
    {
        final Underlay underlay = harness.fabric().attach(Vtep.parse("192.0.2.99:8472", 0));
        assertEquals(
            "segment 5 accepts datagrams from listed sources only, and none is listed; add source(...)",
            refusal(new EngineContext().underlay(underlay).segment(
                new SegmentContext(5).policy(p -> p.sourcePolicy(SourcePolicy.LISTED))
                    .port(new LoopbackPort("five", 1450, 16)))));
        assertEquals(
            "sourcePolicy=LISTED: the IP network has no list of sources; use ANY, KNOWN or ROUTED",
            refusal(new EngineContext().underlay(underlay).ipNetwork(
                new IpNetworkContext().sourcePolicy(SourcePolicy.LISTED).port(new LoopbackPort("ip", 1450, 16)))));
    }

    private static String refusal(final EngineContext context)
    {
        return assertThrows(IllegalArgumentException.class, context::conclude).getMessage();
    }

    private void assertAccepted(final int vni, final Vtep from)
    {
        final long before = harness.decap().delivered();
        receive(vni, from);
        assertEquals(before + 1, harness.decap().delivered());
    }

    private void assertRefused(final int vni, final Vtep from)
    {
        final long before = harness.decap().dropped(DropReason.SOURCE_NOT_ALLOWED);
        receive(vni, from);
        assertEquals(before + 1, harness.decap().dropped(DropReason.SOURCE_NOT_ALLOWED));
    }

    private void receive(final int vni, final Vtep from)
    {
        harness.receive(from, FrameSpec.vxlan(FrameSpec.ipv4Udp()).vni(vni).datagram());
    }

    private static SegmentContext known(final int vni)
    {
        return new SegmentContext(vni).policy(p -> p.sourcePolicy(SourcePolicy.KNOWN));
    }
}

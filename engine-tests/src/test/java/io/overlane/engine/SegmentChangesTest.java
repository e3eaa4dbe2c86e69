// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.policy.FloodBudget;
import io.overlane.policy.PolicyChange;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SegmentPolicy;
import io.overlane.policy.SourcePolicy;
import io.overlane.policy.VlanPolicy;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import io.overlane.underlay.DontFragment;
import io.overlane.underlay.OuterContext;
import io.overlane.underlay.OuterFields;
import io.overlane.underlay.UnderlayFeature;
import java.lang.reflect.Method;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A changed rule of a running segment applies at once, changes no other rule, and loses no frame. */
class SegmentChangesTest
{
    private static final MacAddress M = MacAddress.parse("02:00:00:00:00:0a");
    private static final byte[] FRAME = FrameSpec.ipv4Udp().destinationMac(M.value()).bytes();
    private static final byte[] BROADCAST = FrameSpec.ipv4Udp().destinationMac(FrameSpec.BROADCAST).bytes();
    private static final byte[] TAGGED = FrameSpec.ipv4Udp().destinationMac(M.value()).vlan(10).bytes();
    private static final IpAddress GROUP = IpAddress.parse("239.1.1.1");

    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldLearnFromTheFirstFrameOnAndKeepWhatItLearned()
    {
        launch(new SegmentContext(1));
        hear(1);
        assertEquals(0, learned());
        assertEquals(Set.of("learning"), changed(change(1, rules -> rules.learning(true))));
        assertTrue(rules(1).learning());
        hear(1);
        assertEquals(1, learned());
        assertEquals(Set.of("learning"), changed(change(1, rules -> rules.learning(false))));
        assertFalse(rules(1).learning());
        hear(1);
        assertEquals(1, learned(), "it ages");
        harness.clock().step(302, TimeUnit.SECONDS);
        harness.run();
        assertEquals(0, learned());
    }

    @Test
    void shouldAnswerForNeighboursOnlyWhileProxyIsOn()
    {
        final FrameSpec request = FrameSpec.arpRequest("10.0.0.1", "10.0.0.9");
        launch(new SegmentContext(1).flood(EngineHarness.A).neighbor(IpAddress.parse("10.0.0.9"), M));
        harness.transmit(request.bytes());
        assertEquals(1, harness.encap().answered());

        assertEquals(Set.of("proxy"), changed(change(1, rules -> rules.proxy(false))));
        harness.transmit(request.bytes());
        assertEquals(1, harness.encap().answered());
        assertEquals(1, harness.encap().delivered());

        change(1, rules -> rules.proxy(true));
        harness.transmit(request.bytes());
        assertEquals(2, harness.encap().answered());
        assertEquals(1, harness.encap().delivered());
    }

    @Test
    void shouldSayNothingWhereNothingDiffers()
    {
        launch(new SegmentContext(1)
            .policy(p -> p.profile(PolicyProfile.STRICT).floodBudget(new FloodBudget(1, 0, 0))));
        final FloodBudget budget = rules(1).floodBudget();
        assertTrue(change(1, rules ->
            rules.profile(PolicyProfile.STRICT).floodBudget(new FloodBudget(1, 0, 0))).isEmpty());
        assertSame(budget, rules(1).floodBudget(), "what was taken from it stays taken");
    }

    @Test
    void shouldJudgeWhatComesByTheNewPolicy()
    {
        launch(new SegmentContext(1));
        harness.receive(EngineHarness.STRANGER, FrameSpec.vxlan(TAGGED).vni(1).datagram());
        assertEquals(1, harness.delivered().size());
        assertEquals(
            Set.of("sourcePolicy", "decapVlan", "encapVlan", "dropStaticViolation", "dropBadSource"),
            changed(change(1, rules -> rules.profile(PolicyProfile.STRICT))));
        assertEquals(SourcePolicy.KNOWN, rules(1).sourcePolicy());
        assertEquals(VlanPolicy.DROP, rules(1).decapVlan());
        harness.receive(EngineHarness.STRANGER, FrameSpec.vxlan(FRAME).vni(1).datagram());
        assertEquals(1, harness.decap().dropped(DropReason.SOURCE_NOT_ALLOWED));
        harness.receive(EngineHarness.A, FrameSpec.vxlan(TAGGED).vni(1).datagram());
        assertEquals(1, harness.decap().dropped(DropReason.INNER_VLAN));

        change(1, rules -> rules.sources(SourcePolicy.LISTED, Set.of(IpPrefix.parse("192.0.2.66/32"))));
        harness.receive(EngineHarness.STRANGER, FrameSpec.vxlan(FRAME).vni(1).datagram());
        assertEquals(1, harness.delivered().size());
        harness.receive(EngineHarness.A, FrameSpec.vxlan(FRAME).vni(1).datagram());
        assertEquals(2, harness.decap().dropped(DropReason.SOURCE_NOT_ALLOWED));
    }

    @Test
    void shouldTreatTagsOfThePortAsTheNewPolicySays()
    {
        launch(new SegmentContext(1));
        for (final VlanPolicy policy : List.of(VlanPolicy.STRIP, VlanPolicy.DROP, VlanPolicy.PASS))
        {
            change(1, rules -> rules.encapVlan(policy));
            harness.transmit(TAGGED);
            final List<byte[]> sent = harness.sentTo(EngineHarness.A);
            assertEquals(policy == VlanPolicy.DROP ? 0 : 1, sent.size());
            if (policy != VlanPolicy.DROP)
            {
                final byte[] expected = policy == VlanPolicy.STRIP ? FRAME : TAGGED;
                assertArrayEquals(FrameSpec.vxlan(expected).vni(1).datagram(), sent.get(0));
            }
        }
    }

    @Test
    void shouldLeaveOtherSegmentsAsTheyWere()
    {
        final LoopbackPort second = new LoopbackPort("second", 1450, 16, 2048);
        harness.context().segment(new SegmentContext(2).port(second));
        launch(new SegmentContext(1));
        change(1, rules -> rules.profile(PolicyProfile.STRICT).learning(true));
        harness.receive(EngineHarness.STRANGER, FrameSpec.vxlan(FRAME).vni(2).datagram());
        assertArrayEquals(FRAME, second.takeBytes());
        assertEquals(0, learned());
    }

    @Test
    void shouldLimitFloodsFromNowOn()
    {
        launch(new SegmentContext(1).flood(EngineHarness.A));
        assertEquals(Set.of("floodBudget"),
            changed(change(1, rules -> rules.floodBudget(new FloodBudget(1, 0, 0)))));
        assertEquals(1, rules(1).floodBudget().portFrames());
        harness.transmit(BROADCAST);
        harness.transmit(BROADCAST);
        assertEquals(1, harness.sentTo(EngineHarness.A).size());
        assertEquals(1, harness.encap().dropped(DropReason.PORT_FLOOD_LIMIT));
        change(1, rules -> rules.floodBudget(new FloodBudget(0, 0, 0)));
        harness.transmit(BROADCAST);
        harness.transmit(BROADCAST);
        assertEquals(2, harness.sentTo(EngineHarness.A).size());
    }

    @Test
    void shouldEvictDownToANewLimit()
    {
        launch(new SegmentContext(1).policy(p -> p.learning(true)));
        for (int i = 0; i < 200; i++)
        {
            hear(1, i);
        }
        assertEquals(200, learned());
        change(1, rules -> rules.maxLearned(9));
        assertEquals(9, learned());
        hear(1, 300);
        assertEquals(9, learned());
    }

    @Test
    void shouldAgeEachSegmentAsItSays()
    {
        harness.context().segment(
            new SegmentContext(2).policy(p -> p.learning(true)).port(new LoopbackPort("second", 1450, 64, 2048)));
        launch(new SegmentContext(1).policy(p -> p.learning(true)));
        hear(1, 1);
        hear(2, 1);
        final PolicyChange shorter = change(1, rules -> rules.fdbAgeNs(TimeUnit.SECONDS.toNanos(5)));
        assertEquals(Set.of("fdbAgeNs"), changed(shorter));
        assertEquals(TimeUnit.SECONDS.toNanos(300), shorter.before().fdbAgeNs());
        assertEquals(TimeUnit.SECONDS.toNanos(5), shorter.after().fdbAgeNs());
        assertEquals(Set.of("fdbAgeNs"), changed(change(2, rules -> rules.fdbAgeNs(0))));
        harness.clock().step(7, TimeUnit.SECONDS);
        harness.run();
        assertEquals(0, learned(1));
        harness.clock().step(1000, TimeUnit.SECONDS);
        harness.run();
        assertEquals(1, learned(2));
    }

    @Test
    void shouldWriteOuterHeadersAnew()
    {
        launch(new SegmentContext(1));
        assertEquals(
            Set.of("outer"),
            changed(change(1, rules -> rules.outer(
                new OuterContext().ttl(7).tos(184).dontFragment(DontFragment.SET)))));
        harness.transmit(FRAME);
        assertEquals(List.of(OuterFields.pack(184, 7, OuterFields.DF_SET)), harness.underlay().takeOuters());
    }

    @Test
    void shouldRefuseWhatCannotBeAndChangeNothing()
    {
        harness.fabric().features(EnumSet.of(UnderlayFeature.TOS));
        launch(new SegmentContext(1));
        assertRefused("no segment has VNI 9", 9, rules -> {});
        assertRefused("maxLearned=-1 < 0", 1, rules -> rules.learning(true).maxLearned(-1));
        assertRefused("segment 1 accepts datagrams from listed sources only, and none is listed; add source(...)", 1,
            rules -> rules.sourcePolicy(SourcePolicy.LISTED));
        assertTrue(refusal(1, rules -> rules.outer(new OuterContext().ttl(3))).startsWith("ttl=3: this underlay ("));
        assertRefused("segment 1, group 239.1.1.1: the underlay cannot send to multicast groups", 1,
            rules -> rules.group(GROUP));
        assertFalse(rules(1).learning());
        assertTrue(change(1, rules -> {}).isEmpty());
    }

    @Test
    void shouldJoinAndLeaveGroups()
    {
        launch(new SegmentContext(1));
        final Vtep group = new Vtep(GROUP, EngineHarness.LOCAL.udpPort());
        final byte[] datagram = FrameSpec.vxlan(BROADCAST).vni(1).datagram();
        harness.sendTo(group, EngineHarness.A, datagram);
        harness.run();
        assertEquals(0, harness.delivered().size());

        assertEquals(Set.of("groups"), changed(change(1, rules -> rules.group(GROUP))));
        assertEquals(Set.of(GROUP), rules(1).groups());
        harness.sendTo(group, EngineHarness.A, datagram);
        harness.run();
        assertEquals(1, harness.delivered().size());
        change(1, rules -> rules.groups(Set.of()));
        harness.sendTo(group, EngineHarness.A, datagram);
        harness.run();
        assertEquals(0, harness.delivered().size());
        harness.transmit(BROADCAST);
        assertEquals(1, harness.encap().dropped(DropReason.NO_DESTINATION), "nobody gets floods any more");
    }

    @Test
    void shouldChangeAllQueues()
    {
        final LoopbackPort queue = new LoopbackPort("queue", 1450, 16, 2048);
        final Vtep further = Vtep.parse("192.0.2.1:8473", 0);
        harness.context().queue(new QueueContext(harness.fabric().attach(further), queue, null));
        launch(new SegmentContext(1));
        change(1, rules -> rules.decapVlan(VlanPolicy.DROP).encapVlan(VlanPolicy.STRIP));
        harness.sendTo(further, EngineHarness.A, FrameSpec.vxlan(TAGGED).vni(1).datagram());
        assertTrue(queue.put(TAGGED));
        harness.run();
        assertEquals(1, harness.decap().dropped(DropReason.INNER_VLAN));
        assertArrayEquals(
            FrameSpec.vxlan(FRAME).vni(1).datagram(), harness.sentTo(EngineHarness.A).get(0));
    }

    private void launch(final SegmentContext segment)
    {
        harness.launch(segment.fdb(M, EngineHarness.A));
        harness.attach(EngineHarness.A);
    }

    private void hear(final int vni)
    {
        hear(vni, 0x77);
    }

    private void hear(final int vni, final int station)
    {
        final FrameSpec frame = FrameSpec.ipv4Udp().sourceMac(0x02_00_00_00_30_00L + station);
        harness.receive(EngineHarness.B, FrameSpec.vxlan(frame).vni(vni).datagram());
    }

    private int learned()
    {
        return harness.engine().snapshot().tables().learned();
    }

    private int learned(final int vni)
    {
        return harness.engine().snapshot().segments().stream()
            .filter(segment -> segment.vni() == vni).findFirst().orElseThrow().learned();
    }

    private SegmentPolicy rules(final int vni)
    {
        return harness.engine().segments().get(vni).policy();
    }

    private PolicyChange change(final int vni, final Consumer<SegmentPolicy> change)
    {
        final CompletableFuture<PolicyChange> asked = harness.engine().segments().change(vni, change);
        assertFalse(asked.isDone(), "nothing is done on the caller's thread");
        harness.run();
        return asked.join();
    }

    /** Names of the rules with another value, by the getters that have a setter with the same name. */
    private static Set<String> changed(final PolicyChange change)
    {
        final Set<String> names = new HashSet<>();
        for (final Method setter : SegmentPolicy.class.getMethods())
        {
            if (setter.getReturnType() == SegmentPolicy.class && setter.getParameterCount() > 0)
            {
                final Object before = value(setter.getName(), change.before());
                if (!Objects.equals(before, value(setter.getName(), change.after())))
                {
                    names.add(setter.getName());
                }
            }
        }
        return names;
    }

    /** Null if there is no such getter. */
    private static Object value(final String name, final SegmentPolicy policy)
    {
        try
        {
            return SegmentPolicy.class.getMethod(name).invoke(policy);
        }
        catch (final NoSuchMethodException ex)
        {
            return null;
        }
        catch (final ReflectiveOperationException ex)
        {
            throw new LinkageError("a method of the engine", ex);
        }
    }

    private String refusal(final int vni, final Consumer<SegmentPolicy> change)
    {
        final CompletableFuture<PolicyChange> asked = harness.engine().segments().change(vni, change);
        harness.run();
        final Throwable refusal = assertThrows(CompletionException.class, asked::join).getCause();
        assertInstanceOf(IllegalArgumentException.class, refusal);
        return refusal.getMessage();
    }

    private void assertRefused(final String message, final int vni, final Consumer<SegmentPolicy> change)
    {
        assertEquals(message, refusal(vni, change));
    }
}

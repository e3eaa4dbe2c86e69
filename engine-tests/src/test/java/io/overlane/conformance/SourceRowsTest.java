// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static io.overlane.conformance.Trial.assertVerdicts;
import static io.overlane.conformance.Trial.datagram;
import static io.overlane.policy.PolicyProfile.LINUX;
import static io.overlane.policy.PolicyProfile.RFC7348;
import static io.overlane.policy.PolicyProfile.STRICT;
import static io.overlane.status.DropReason.BAD_SOURCE_MAC;
import static io.overlane.status.DropReason.NONE;
import static io.overlane.status.DropReason.OWN_MAC;
import static io.overlane.status.DropReason.SOURCE_NOT_ALLOWED;
import static io.overlane.status.DropReason.STATIC_VIOLATION;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.policy.DropWhen;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SourcePolicy;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 23, 24, 26, 27 and 38 to 41: who may send, by outer address and by inner MAC. */
class SourceRowsTest
{
    private static final FrameSpec INNER = FrameSpec.ipv4Udp().payload("inner");
    private static final MacAddress SOURCE = new MacAddress(FrameSpec.DEFAULT_SOURCE_MAC);

    @Test
    @Conformance(row = 23, strict = "dropped: source-not-allowed",
        deviation = "a segment may accept any source, those configured for it, or a list of prefixes")
    void shouldJudgeSourcesNeverSeen()
    {
        assertEquals(NONE, Trial.under(LINUX).from(EngineHarness.STRANGER).receive(datagram(INNER)));
        assertEquals(NONE, Trial.under(RFC7348).from(EngineHarness.STRANGER).receive(datagram(INNER)));
        assertEquals(
            SOURCE_NOT_ALLOWED, Trial.under(STRICT).from(EngineHarness.STRANGER).receive(datagram(INNER)));
        assertEquals(NONE, Trial.under(STRICT).receive(datagram(INNER)));
    }

    @ParameterizedTest
    @EnumSource(PolicyProfile.class)
    @Conformance(row = 23)
    void shouldAcceptListedPrefixesOnly(final PolicyProfile profile)
    {
        final UnaryOperator<SegmentContext> listed = segment -> segment
            .policy(p -> p.source(IpPrefix.parse("192.0.2.64/28")).source(IpPrefix.parse("2001:db8::/32")));
        assertEquals(NONE, Trial.with(profile, listed).from(EngineHarness.STRANGER).receive(datagram(INNER)));
        assertEquals(SOURCE_NOT_ALLOWED, Trial.with(profile, listed).receive(datagram(INNER)));
    }

    @ParameterizedTest
    @ValueSource(ints = {53, 1, 65_535})
    @Conformance(row = 24)
    void shouldNotLookAtSourcePort(final int sourcePort)
    {
        final Vtep odd = new Vtep(EngineHarness.A.address(), sourcePort);
        for (final PolicyProfile profile : PolicyProfile.values())
        {
            assertEquals(NONE, Trial.under(profile).from(odd).receive(datagram(INNER)), profile.label());
        }
    }

    @Test
    @Conformance(row = 26, behaviour = "dropped: own-mac",
        deviation = "counted; every MAC that is at home on the segment's ports counts as own")
    void shouldDropOwnMacs()
    {
        final byte[] datagram = datagram(INNER).datagram();
        assertVerdicts(segment -> segment.ownMac(SOURCE), datagram, OWN_MAC, OWN_MAC, OWN_MAC);
        assertVerdicts(
            segment -> segment.ownMac(MacAddress.parse("02:00:00:00:00:aa")).furtherOwnMac(SOURCE),
            datagram, OWN_MAC, OWN_MAC, OWN_MAC);
        assertVerdicts(
            segment -> segment.ownMac(SOURCE).policy(p -> p.dropOwnMac(DropWhen.NEVER)), datagram, NONE, NONE, NONE);
        assertVerdicts(
            segment -> segment.ownMac(SOURCE).policy(p -> p.dropOwnMac(DropWhen.IF_LEARNING)),
            datagram,
            NONE, NONE, NONE);
    }

    @ParameterizedTest
    @EnumSource(PolicyProfile.class)
    @Conformance(row = 27, behaviour = "delivered to the port")
    void shouldDeliverWhateverTheDestination(final PolicyProfile profile)
    {
        for (final String destination : new String[]{"02:00:00:00:99:99", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01"})
        {
            final FrameSpec inner = INNER.destinationMac(destination);
            final Trial trial = Trial.under(profile);
            assertEquals(NONE, trial.receive(datagram(inner)));
            assertArrayEquals(inner.bytes(), trial.delivered());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"})
    @Conformance(row = 38, behaviour = "dropped: bad-source-mac", deviation = "counted, with a sample")
    void shouldDropBadSourceIfLearning(final String mac)
    {
        final byte[] datagram = datagram(INNER.sourceMac(mac)).datagram();
        assertVerdicts(
            segment -> segment.policy(p -> p.learning(true)), datagram, BAD_SOURCE_MAC, BAD_SOURCE_MAC, BAD_SOURCE_MAC);
        assertVerdicts(
            segment -> segment.policy(p -> p.learning(true).dropBadSource(DropWhen.NEVER)), datagram, NONE, NONE, NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"01:00:5e:00:00:01", "00:00:00:00:00:00"})
    @Conformance(row = 39, strict = "dropped: bad-source-mac")
    void shouldDeliverBadSourceIfNotLearning(final String mac)
    {
        assertVerdicts(datagram(INNER.sourceMac(mac)), NONE, NONE, BAD_SOURCE_MAC);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Conformance(row = 40)
    void shouldDeliverWhatStaticEntryConfirms(final boolean learning)
    {
        assertVerdicts(
            segment -> segment.policy(p -> p.learning(learning)).fdb(SOURCE, new Vtep(EngineHarness.A.address(), 4789)),
            datagram(INNER).datagram(), NONE, NONE, NONE);
    }

    @Test
    @Conformance(row = 41, behaviour = "dropped: static-violation", strict = "dropped, learning or not",
        deviation = "counted, with a sample")
    void shouldDropWhatContradictsStaticEntry()
    {
        final byte[] datagram = datagram(INNER).datagram();
        assertVerdicts(
            segment -> segment.policy(p -> p.learning(true)).fdb(SOURCE, EngineHarness.B),
            datagram, STATIC_VIOLATION, STATIC_VIOLATION, STATIC_VIOLATION);
        assertVerdicts(
            segment -> segment.fdb(SOURCE, EngineHarness.B), datagram, NONE, NONE, STATIC_VIOLATION);
        assertVerdicts(
            segment -> segment.policy(p -> p.learning(true).dropStaticViolation(DropWhen.NEVER))
                .fdb(SOURCE, EngineHarness.B),
            datagram, NONE, NONE, NONE);
    }

    @Test
    @Conformance(row = 23)
    void shouldTakeWhatIsSetLastOverTheProfile()
    {
        assertEquals(NONE, Trial.with(STRICT, segment -> segment.policy(p -> p.sourcePolicy(SourcePolicy.ANY)))
            .from(EngineHarness.STRANGER).receive(datagram(INNER)));
        assertEquals(SOURCE_NOT_ALLOWED, Trial.with(LINUX, segment ->
            segment.policy(p -> p.sourcePolicy(SourcePolicy.ANY).profile(STRICT)))
            .from(EngineHarness.STRANGER).receive(datagram(INNER)));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static io.overlane.conformance.Trial.assertVerdicts;
import static io.overlane.conformance.Trial.datagram;
import static io.overlane.status.DropReason.INNER_IP_TRUNCATED;
import static io.overlane.status.DropReason.INNER_TOO_SHORT;
import static io.overlane.status.DropReason.NONE;
import static io.overlane.status.DropReason.NO_I_FLAG;
import static io.overlane.status.DropReason.RESERVED_BITS;
import static io.overlane.status.DropReason.SHORT_HEADER;
import static io.overlane.status.DropReason.UNKNOWN_VNI;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.wire.VxlanHeader;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 1 to 14: the VXLAN header and what follows it. */
class HeaderRowsTest
{
    private static final FrameSpec INNER = FrameSpec.ipv4Udp().payload("inner");
    private static final UnaryOperator<SegmentContext> PLAIN = UnaryOperator.identity();

    @ParameterizedTest
    @EnumSource(PolicyProfile.class)
    @Conformance(row = 1, behaviour = "as Linux; bytes are counted with the Ethernet header",
        deviation = "Linux leaves 14 bytes of each frame out of its byte counters")
    void shouldDeliverInnerBytesUnchanged(final PolicyProfile profile)
    {
        final Trial trial = Trial.under(profile);
        assertEquals(NONE, trial.receive(datagram(INNER)));
        assertArrayEquals(INNER.bytes(), trial.delivered());
    }

    @Test
    @Conformance(row = 2, behaviour = "dropped: no-i-flag", deviation = "counted, with a sample")
    void shouldDropClearIFlag()
    {
        assertVerdicts(datagram(INNER).vxlanFlags(0), NO_I_FLAG, NO_I_FLAG, NO_I_FLAG);
        assertVerdicts(datagram(INNER).vxlanFlags(0xF7), NO_I_FLAG, NO_I_FLAG, NO_I_FLAG);
    }

    @Test
    @Conformance(row = 3, behaviour = "dropped: unknown-vni", deviation = "counted per source, with a sample")
    void shouldDropUnknownVni()
    {
        assertVerdicts(datagram(INNER).vni(43), UNKNOWN_VNI, UNKNOWN_VNI, UNKNOWN_VNI);
        assertVerdicts(datagram(INNER).vni(0xFF_FFFF), UNKNOWN_VNI, UNKNOWN_VNI, UNKNOWN_VNI);
    }

    @Test
    @Conformance(row = 4, behaviour = "dropped: unknown-vni", deviation = "counted per source, with a sample")
    void shouldDropVniZero()
    {
        assertVerdicts(datagram(INNER).vni(0), UNKNOWN_VNI, UNKNOWN_VNI, UNKNOWN_VNI);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x02, 0x04, 0x10, 0x20, 0x40, 0x80})
    @Conformance(row = 5, behaviour = "dropped: reserved-bits", rfc7348 = "delivered")
    void shouldDropOtherFlags(final int bit)
    {
        assertVerdicts(datagram(INNER).vxlanFlags(0x08 | bit), RESERVED_BITS, NONE, RESERVED_BITS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00_0001, 0x80_0000, 0x00_FF00})
    @Conformance(row = 6, behaviour = "dropped: reserved-bits", rfc7348 = "delivered")
    void shouldDropReservedBytes(final int reserved)
    {
        assertVerdicts(datagram(INNER).vxlanReserved(reserved), RESERVED_BITS, NONE, RESERVED_BITS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x80})
    @Conformance(row = 7, behaviour = "dropped: reserved-bits", rfc7348 = "delivered")
    void shouldDropReservedLastByte(final int reserved)
    {
        assertVerdicts(datagram(INNER).vxlanReservedLast(reserved), RESERVED_BITS, NONE, RESERVED_BITS);
    }

    @Test
    @Conformance(row = 8)
    void shouldDeliverReservedBitsLeftOutOfTheMask()
    {
        final byte[] flag = datagram(INNER).vxlanFlags(0x0C).datagram();
        final byte[] last = datagram(INNER).vxlanReservedLast(1).datagram();
        final UnaryOperator<SegmentContext> lastByteOnly = segment -> segment.policy(p -> p.reservedBits(0xFF));
        assertVerdicts(lastByteOnly, flag, NONE, NONE, NONE);
        assertVerdicts(lastByteOnly, last, RESERVED_BITS, RESERVED_BITS, RESERVED_BITS);
        assertVerdicts(
            segment -> segment.policy(p -> p.reservedBits(-1L)), datagram(INNER).datagram(), NONE, NONE, NONE);
    }

    @Test
    @Conformance(row = 9, behaviour = "dropped: reserved-bits; delivered with the bits left out of the mask",
        rfc7348 = "delivered", deviation = "no group policy: the mark is not carried on")
    void shouldDeliverGroupPolicyWhereItsBitsAreLeftOut()
    {
        final byte[] marked = datagram(INNER).vxlanFlags(0x88).vxlanReserved(0x48_0064).datagram();
        assertVerdicts(PLAIN, marked, RESERVED_BITS, NONE, RESERVED_BITS);
        assertVerdicts(HeaderRowsTest::allowGroupPolicy, marked, NONE, NONE, NONE);
    }

    @Test
    @Conformance(row = 10, behaviour = "dropped: reserved-bits; delivered with the bits left out of the mask",
        rfc7348 = "delivered", deviation = "no group policy: the bits are not looked at")
    void shouldDeliverPolicyBitsWithoutFlagWhereTheyAreLeftOut()
    {
        final byte[] unmarked = datagram(INNER).vxlanReserved(0x00_0064).datagram();
        assertVerdicts(PLAIN, unmarked, RESERVED_BITS, NONE, RESERVED_BITS);
        assertVerdicts(HeaderRowsTest::allowGroupPolicy, unmarked, NONE, NONE, NONE);
        final byte[] lastByte = datagram(INNER).vxlanFlags(0x88).vxlanReservedLast(1).datagram();
        assertVerdicts(HeaderRowsTest::allowGroupPolicy, lastByte, RESERVED_BITS, RESERVED_BITS, RESERVED_BITS);
    }

    /** The P flag and next protocol 3, Ethernet: with the bits left out the frame is what a plain one would be. */
    @Test
    @Conformance(row = {5, 6})
    void shouldTakeGenericProtocolExtensionForReservedBits()
    {
        final byte[] generic = datagram(INNER).vxlanFlags(0x0C).vxlanReserved(3).datagram();
        assertVerdicts(PLAIN, generic, RESERVED_BITS, NONE, RESERVED_BITS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7})
    @Conformance(row = 11, behaviour = "dropped: short-header", deviation = "counted, with a sample")
    void shouldDropShortHeader(final int length)
    {
        final byte[] cut = Arrays.copyOf(datagram(INNER).datagram(), length);
        assertVerdicts(PLAIN, cut, SHORT_HEADER, SHORT_HEADER, SHORT_HEADER);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 13})
    @Conformance(row = 12, behaviour = "dropped: inner-too-short", deviation = "counted, under its own name")
    void shouldDropShortInnerFrame(final int length)
    {
        final byte[] cut = Arrays.copyOf(datagram(INNER).datagram(), VxlanHeader.LENGTH + length);
        assertVerdicts(PLAIN, cut, INNER_TOO_SHORT, INNER_TOO_SHORT, INNER_TOO_SHORT);
    }

    @ParameterizedTest
    @EnumSource(PolicyProfile.class)
    @Conformance(row = 13)
    void shouldDeliverBareEthernetHeader(final PolicyProfile profile)
    {
        final FrameSpec bare = FrameSpec.ethernet(0x88B5);
        final Trial trial = Trial.under(profile);
        assertEquals(NONE, trial.receive(datagram(bare)));
        assertEquals(14, trial.delivered().length);
        assertArrayEquals(bare.bytes(), trial.delivered());
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 33})
    @Conformance(row = 14, behaviour = "dropped: inner-ip-truncated")
    void shouldDropCutInnerIpv4Header(final int length)
    {
        final byte[] cut = Arrays.copyOf(datagram(INNER).datagram(), VxlanHeader.LENGTH + length);
        assertVerdicts(PLAIN, cut, INNER_IP_TRUNCATED, INNER_IP_TRUNCATED, INNER_IP_TRUNCATED);
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 34, 53})
    @Conformance(row = 14, behaviour = "dropped: inner-ip-truncated")
    void shouldDropCutInnerIpv6Header(final int length)
    {
        final byte[] cut = Arrays.copyOf(datagram(FrameSpec.ipv6Udp()).datagram(), VxlanHeader.LENGTH + length);
        assertVerdicts(PLAIN, cut, INNER_IP_TRUNCATED, INNER_IP_TRUNCATED, INNER_IP_TRUNCATED);
    }

    @Test
    @Conformance(row = 14, behaviour = "dropped: inner-ip-truncated")
    void shouldDeliverWholeInnerIpHeaderWithNothingBehind()
    {
        final byte[] whole = FrameSpec.vxlan(Arrays.copyOf(INNER.bytes(), 34)).vni(Trial.VNI).datagram();
        assertVerdicts(PLAIN, whole, NONE, NONE, NONE);
    }

    private static SegmentContext allowGroupPolicy(final SegmentContext segment)
    {
        return segment.policy(p -> p.reservedBits(VxlanHeader.RESERVED_MASK & ~VxlanHeader.GROUP_POLICY_MASK));
    }
}

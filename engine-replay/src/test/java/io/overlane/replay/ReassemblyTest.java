// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import static io.overlane.replay.Packets.payload;
import static io.overlane.replay.Packets.receive;
import static io.overlane.replay.Packets.receiveCut;
import static io.overlane.status.DropReason.BAD_OUTER_HEADER;
import static io.overlane.status.DropReason.CAPTURE_CUT;
import static io.overlane.status.DropReason.FRAGMENT;
import static io.overlane.status.DropReason.NONE;
import static io.overlane.status.DropReason.NO_SOCKET;
import static io.overlane.status.DropReason.UDP_CHECKSUM;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@link OuterStack} on fragmented packets. */
class ReassemblyTest
{
    private static final FrameSpec V4 = FrameSpec.vxlan(FrameSpec.ipv4Udp().payloadLength(500)).ipId(77);
    private static final FrameSpec V6 = V4.overIpv6();

    private final OuterStack stack = new OuterStack(8472);

    @Test
    void shouldJoinFragmentsInAnyOrder()
    {
        final Random random = new Random(791);
        for (final FrameSpec whole : List.of(V4, V6, V6.payloadLength(60_000), V4.payloadLength(65_000)))
        {
            for (int i = 0; i < 20; i++)
            {
                final List<FrameSpec> fragments = new ArrayList<>(whole.fragments(8 * (1 + random.nextInt(1000))));
                Collections.shuffle(fragments, random);
                final FrameSpec last = fragments.remove(fragments.size() - 1);
                fragments.forEach(fragment -> assertEquals(FRAGMENT, receive(stack, fragment)));
                assertEquals(NONE, receive(stack, last));
                assertEquals(Hex.of(whole.datagram()), payload(stack));
                assertEquals(8472, stack.datagram().destinationPort());
            }
        }
    }

    @Test
    void shouldKeepPacketsApart()
    {
        final FrameSpec other = V4.ipId(78).payloadLength(400);
        final FrameSpec elsewhere = V4.source("192.0.2.9").payloadLength(300);
        for (int part = 0; part < 2; part++)
        {
            for (final FrameSpec whole : List.of(V4, other, elsewhere, V6))
            {
                final FrameSpec fragment = whole.fragments(296).get(part);
                assertEquals(part == 0 ? FRAGMENT : NONE, receive(stack, fragment));
            }
        }
    }

    @Test
    void shouldIgnoreARepeatedFragment()
    {
        final List<FrameSpec> fragments = V4.fragments(200);
        assertEquals(FRAGMENT, receive(stack, fragments.get(0)));
        assertEquals(FRAGMENT, receive(stack, fragments.get(0)));
        assertEquals(FRAGMENT, receive(stack, fragments.get(2)));
        assertEquals(NONE, receive(stack, fragments.get(1)));
        assertEquals(Hex.of(V4.datagram()), payload(stack));
    }

    @Test
    void shouldGiveUpOnFragmentsThatContradict()
    {
        final List<FrameSpec> fragments = V4.fragments(200);
        for (final FrameSpec odd : List.of(
            FrameSpec.ipv4(17, new byte[64]).fragment(192, true),
            FrameSpec.ipv4(17, new byte[64]).fragment(0x1FFF * 8, true),
            FrameSpec.ipv4(17).fragment(400, true),
            FrameSpec.ipv4(17, new byte[64]).fragment(64, false)))
        {
            assertEquals(FRAGMENT, receive(stack, fragments.get(0)));
            assertEquals(FRAGMENT, receive(
                stack, odd.ipId(77).source("192.0.2.1").destination("192.0.2.2")), odd.toString());
            assertEquals(FRAGMENT, receive(stack, fragments.get(1)));
            assertEquals(FRAGMENT, receive(stack, fragments.get(2)));
            assertEquals(NONE, receive(stack, fragments.get(0)), "a fresh start");
        }
    }

    @Test
    void shouldForgetWhatWaitsTooLong()
    {
        final List<FrameSpec> fragments = V4.fragments(296);
        assertEquals(FRAGMENT, receive(stack, fragments.get(0), 0));
        assertEquals(FRAGMENT, receive(stack, fragments.get(1), Reassembly.TIMEOUT_NS + 1));
        assertEquals(NONE, receive(stack, fragments.get(0), 2 * Reassembly.TIMEOUT_NS));
    }

    @Test
    void shouldGiveUpTheOldestWhenFull()
    {
        for (int i = 0; i <= Reassembly.CAPACITY; i++)
        {
            assertEquals(FRAGMENT, receive(stack, V4.ipId(i).fragments(296).get(0), i));
        }
        assertEquals(NONE, receive(stack, V4.ipId(1).fragments(296).get(1), 100));
        assertEquals(FRAGMENT, receive(stack, V4.ipId(0).fragments(296).get(1), 100));
    }

    @Test
    void shouldCheckTheWholeAndNotItsParts()
    {
        final List<FrameSpec> fragments = V4.badChecksum().fragments(296);
        assertEquals(FRAGMENT, receive(stack, fragments.get(0)));
        assertEquals(UDP_CHECKSUM, receive(stack, fragments.get(1)));
        assertEquals(BAD_OUTER_HEADER, receive(stack, fragments.get(0).badIpChecksum()));
        assertEquals(CAPTURE_CUT, receiveCut(stack, fragments.get(0).bytes(), 100));
        assertEquals(NO_SOCKET, receive(stack, FrameSpec.ipv4Tcp().payloadLength(99).fragments(40).get(0)));
    }

    /** RFC 3168 §5.3: a mark on any fragment marks the packet; fragments that disagree on capability are dropped. */
    @Test
    void shouldMergeCongestionMarks()
    {
        assertEquals(NONE, joined(2, 3));
        assertEquals(0x53, stack.datagram().tos());
        assertEquals(NONE, joined(1, 2));
        assertEquals(0x51, stack.datagram().tos());
        assertEquals(NONE, joined(0, 0));
        assertEquals(0x50, stack.datagram().tos());
        assertEquals(FRAGMENT, joined(0, 3));
        assertEquals(FRAGMENT, joined(2, 0));
    }

    @Test
    void shouldTakeAnAtomicFragmentForWhole()
    {
        assertEquals(NONE, receive(stack, V6.fragment(0, false)));
        assertEquals(Hex.of(V6.datagram()), payload(stack));
    }

    @Test
    void shouldWalkExtensionsInsideTheFragmentedPart()
    {
        final byte[] udp = Arrays.copyOfRange(V6.packet(), 40, V6.packet().length);
        final FrameSpec whole = FrameSpec.ipv6(60, Hex.parse("11 00 01 04 00 00 00 00" + Hex.of(udp))).ipId(9)
            .source("2001:db8::1").destination("2001:db8::2");
        final List<FrameSpec> fragments = whole.fragments(304);
        assertEquals(FRAGMENT, receive(stack, fragments.get(0)));
        assertEquals(NONE, receive(stack, fragments.get(1)));
        assertEquals(Hex.of(V6.datagram()), payload(stack));
    }

    @Test
    void shouldRefuseAnIpv6FragmentOfOddLength()
    {
        assertEquals(BAD_OUTER_HEADER, receive(stack, FrameSpec.ipv6(17, new byte[63]).fragment(0, true)));
    }

    private DropReason joined(final int firstEcn, final int secondEcn)
    {
        final List<FrameSpec> fragments = V4.fragments(296);
        assertEquals(FRAGMENT, receive(stack, fragments.get(0).tos(0x50 | firstEcn)));
        return receive(stack, fragments.get(1).tos(0x50 | secondEcn));
    }
}

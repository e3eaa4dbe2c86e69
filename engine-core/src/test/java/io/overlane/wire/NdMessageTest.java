// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import static io.overlane.wire.Scratch.OFFSET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Neighbour discovery: both messages, and options of every kind of wrong length. */
class NdMessageTest
{
    private static final String TARGET = "fd000000000000010000000000000002";
    private static final String SOLICITATION = "8700000000000000" + TARGET;
    private static final String ADVERTISEMENT = "88000000e0000000" + TARGET;
    private static final String MTU_OPTION = "05010000000005dc";
    private static final long MAC = 0x0211_2233_4455L;

    private final NdMessage message = new NdMessage();

    @Test
    void shouldWriteAndReadSolicitation()
    {
        final Scratch scratch = new Scratch(NdMessage.LENGTH_WITH_LINK_LAYER);
        message.wrap(scratch.buffer, OFFSET, NdMessage.LENGTH_WITH_LINK_LAYER);
        message.init(NdMessage.SOLICITATION, 0).targetHigh(0xFD00_0000_0000_0001L).targetLow(2).linkLayerAddress(MAC);
        scratch.assertHolds(SOLICITATION + "0101021122334455");
        assertEquals(DropReason.NONE, message.check());
        assertEquals(MAC, message.linkLayerAddress());
    }

    @Test
    void shouldWriteAndReadAdvertisement()
    {
        final Scratch scratch = new Scratch(NdMessage.LENGTH_WITH_LINK_LAYER);
        message.wrap(scratch.buffer, OFFSET, NdMessage.LENGTH_WITH_LINK_LAYER);
        message.init(NdMessage.ADVERTISEMENT, NdMessage.ROUTER | NdMessage.SOLICITED | NdMessage.OVERRIDE)
            .targetHigh(0xFD00_0000_0000_0001L).targetLow(2).linkLayerAddress(MAC);
        scratch.assertHolds(ADVERTISEMENT + "0201021122334455");

        message.wrap(scratch.buffer, OFFSET, NdMessage.LENGTH_WITH_LINK_LAYER);
        assertEquals(NdMessage.MISSING, message.linkLayerAddress(), "before check()");
        assertEquals(DropReason.NONE, message.check());
        assertEquals(NdMessage.ADVERTISEMENT, message.type());
        assertEquals(0, message.code());
        assertEquals(NdMessage.ROUTER | NdMessage.SOLICITED | NdMessage.OVERRIDE, message.flags());
        assertEquals(0xFD00_0000_0000_0001L, message.targetHigh());
        assertEquals(2, message.targetLow());
        assertEquals(MAC, message.linkLayerAddress());
    }

    @Test
    void shouldSignWithThePseudoHeader()
    {
        final Ipv6Header ip = new Ipv6Header().wrap(new Scratch(Ipv6Header.LENGTH).buffer, OFFSET, Ipv6Header.LENGTH);
        ip.init().sourceHigh(0xFE80_0000_0000_0000L).sourceLow(-2).destinationHigh(-3).destinationLow(7);
        final Scratch scratch = Scratch.of(SOLICITATION + "0101021122334455");
        message.wrap(scratch.buffer, OFFSET, 32);
        message.updateChecksum(ip);
        scratch.assertHolds("8700138200000000" + TARGET + "0101021122334455");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        SOLICITATION + MTU_OPTION + "0101021122334455" + "0101ffffffffffff",
        SOLICITATION + "0201ffffffffffff" + "0101021122334455",
        ADVERTISEMENT + "0e02000000000000ffffffffffffffff" + "0201021122334455"})
    void shouldFindTheFirstFittingOption(final String hex)
    {
        message.wrap(Scratch.of(hex).buffer, OFFSET, hex.length() / 2);
        assertEquals(DropReason.NONE, message.check());
        assertEquals(MAC, message.linkLayerAddress());
    }

    @ParameterizedTest
    @ValueSource(strings = {SOLICITATION, ADVERTISEMENT + MTU_OPTION, ADVERTISEMENT + "0101021122334455"})
    void shouldDoWithoutTheOption(final String hex)
    {
        message.wrap(Scratch.of(hex).buffer, OFFSET, hex.length() / 2);
        assertEquals(DropReason.NONE, message.check());
        assertEquals(NdMessage.MISSING, message.linkLayerAddress());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        SOLICITATION + "0100021122334455",
        SOLICITATION + "0101021122334455" + "0500000000000000",
        SOLICITATION + "0101021122334455" + "0502000000000000",
        SOLICITATION + "0102021122334455",
        SOLICITATION + "01020211223344550000000000000000",
        SOLICITATION + "ff",
        SOLICITATION + "01010211223344",
        "8701000000000000" + TARGET,
        "8500000000000000" + TARGET,
        "8900000000000000" + TARGET,
        "8700000000000000" + "ff020000000000010000000000000002"})
    void shouldRefuseMalformedMessages(final String hex)
    {
        message.wrap(Scratch.of(hex).buffer, OFFSET, hex.length() / 2);
        assertEquals(DropReason.BAD_NEIGHBOR_MESSAGE, message.check());
        assertEquals(NdMessage.MISSING, message.linkLayerAddress());
    }

    @Test
    void shouldWalkRandomOptionsLikeANaiveReader()
    {
        final Random random = new Random(4861);
        int found = 0;
        int refused = 0;
        for (int i = 0; i < 100_000; i++)
        {
            final int optionBytes = random.nextInt(40);
            final byte[] options = new byte[optionBytes];
            random.nextBytes(options);
            for (int at = 0; at < optionBytes; at += 8)
            {
                options[at] = (byte)(1 + random.nextInt(3));
                if (at + 1 < optionBytes && random.nextInt(8) != 0)
                {
                    options[at + 1] = 1;
                }
            }
            final boolean isSolicitation = random.nextBoolean();
            final byte[] bytes = new byte[NdMessage.LENGTH + optionBytes];
            final byte[] head = Scratch.bytes(isSolicitation ? SOLICITATION : ADVERTISEMENT);
            System.arraycopy(head, 0, bytes, 0, head.length);
            System.arraycopy(options, 0, bytes, NdMessage.LENGTH, optionBytes);

            final Long expected = naiveLinkLayerAddress(ByteBuffer.wrap(options), isSolicitation ? 1 : 2);
            message.wrap(new MemoryBuffer(bytes), 0, bytes.length);
            assertEquals(expected == null ? DropReason.BAD_NEIGHBOR_MESSAGE : DropReason.NONE, message.check());
            assertEquals(expected == null ? NdMessage.MISSING : expected, message.linkLayerAddress());
            found += expected != null && expected != NdMessage.MISSING ? 1 : 0;
            refused += expected == null ? 1 : 0;
        }
        assertTrue(found > 1000 && refused > 1000, found + " found, " + refused + " refused");
    }

    /** Cuts the options into pieces first and looks at them afterwards; null if one does not fit. */
    private static Long naiveLinkLayerAddress(final ByteBuffer options, final int wanted)
    {
        final List<byte[]> pieces = new ArrayList<>();
        while (options.hasRemaining())
        {
            if (options.remaining() < 2)
            {
                return null;
            }
            final byte[] piece = new byte[8 * (options.get(options.position() + 1) & 0xFF)];
            if (piece.length == 0 || piece.length > options.remaining())
            {
                return null;
            }
            options.get(piece);
            pieces.add(piece);
        }
        for (final byte[] piece : pieces)
        {
            if (piece[0] == wanted)
            {
                return piece.length == 8 ? ByteBuffer.wrap(piece).getLong() & 0xFFFF_FFFF_FFFFL : null;
            }
        }
        return NdMessage.MISSING;
    }
}

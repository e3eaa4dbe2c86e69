// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import static io.overlane.wire.Scratch.OFFSET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.status.DropReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The IPv4 header, its gates and its incremental checksums. */
class Ipv4HeaderTest
{
    private static final String PACKET = "45000020123400004011518e0a0501010a05020111223344000c000041424344";

    private final Ipv4Header ip = new Ipv4Header();

    @Test
    void shouldWriteAndRead()
    {
        final Scratch scratch = new Scratch(Ipv4Header.LENGTH);
        ip.wrap(scratch.buffer, OFFSET, Ipv4Header.LENGTH);
        ip.headerLength(20).tos(0).totalLength(0x20).identification(0x1234).flags(0).ttl(64).protocol(IpProtocol.UDP)
            .source(0x0A05_0101).destination(0x0A05_0201).updateChecksum();
        scratch.assertHolds(PACKET.substring(0, 40));

        ip.tos(0xB9).totalLength(0xFFFF).identification(0xFEDC).flags(0x3FFF).dontFragment(true)
            .ttl(255).protocol(255).headerChecksum(0xABCD).source(-1).destination(-2);
        scratch.assertHolds("45 b9 ffff fedc 7fff ff ff abcd ffffffff fffffffe");
        assertEquals(20, ip.headerLength());
        assertEquals(0xB9, ip.tos());
        assertEquals(1, ip.ecn());
        assertEquals(0xFFFF, ip.totalLength());
        assertEquals(0xFEDC, ip.identification());
        assertTrue(ip.dontFragment());
        assertTrue(ip.moreFragments());
        assertEquals(0xFFF8, ip.fragmentOffset());
        assertEquals(255, ip.ttl());
        assertEquals(255, ip.protocol());
        assertEquals(0xABCD, ip.headerChecksum());
        assertEquals(-1, ip.source());
        assertEquals(-2, ip.destination());
    }

    @Test
    void shouldTellFragments()
    {
        ip.wrap(Scratch.of(PACKET).buffer, OFFSET, 32);
        assertFalse(ip.isFragment());
        assertFalse(ip.dontFragment(true).isFragment());
        assertTrue(ip.flags(0x6000).isFragment());
        assertTrue(ip.flags(0x4001).isFragment());
        assertTrue(ip.dontFragment());
        assertFalse(ip.flags(0x4000).isFragment());
        assertFalse(ip.dontFragment(false).dontFragment());
    }

    @Test
    void shouldNameWhatIsWrongWithTheLengths()
    {
        final Scratch scratch = Scratch.of(PACKET);
        assertEquals(DropReason.NONE, ip.wrap(scratch.buffer, OFFSET, 32).check());
        assertEquals(DropReason.NONE, ip.wrap(scratch.buffer, OFFSET, 39).check(), "padding is no error");
        assertEquals(DropReason.BAD_IP_HEADER, ip.wrap(scratch.buffer, OFFSET, 31).check());
        assertEquals(DropReason.NONE, ip.checkHeader());
        ip.wrap(scratch.buffer, OFFSET, 32);
        assertEquals(DropReason.BAD_IP_HEADER, ip.totalLength(19).check());
        assertEquals(DropReason.NONE, ip.totalLength(20).check());
        assertEquals(DropReason.BAD_IP_HEADER, ip.headerLength(16).check());
        assertEquals(DropReason.INNER_IP_TRUNCATED, ip.headerLength(36).check());
        scratch.buffer.putByte(OFFSET, (byte)0x65);
        assertEquals(DropReason.BAD_IP_VERSION, ip.check());
    }

    /** What the checksum becomes, computed with flannel's C proxy; a wrong checksum is passed on wrong. */
    @ParameterizedTest
    @CsvSource({
        "FEFF,0000", "FFFF,0100", "FEFE,FFFE", "FF00,0001", "0000,0100", "FF05,0006", "FE00,FF00", "518E,528E",
        "DEAD,DFAD"})
    void shouldPatchChecksumWhenDecrementingTtl(final String before, final String after)
    {
        ip.wrap(Scratch.of(PACKET).buffer, OFFSET, 32).headerChecksum(Integer.parseInt(before, 16)).decrementTtl();
        assertEquals(63, ip.ttl());
        assertEquals(Integer.parseInt(after, 16), ip.headerChecksum());
    }

    @Test
    void shouldTouchNothingButTtlAndChecksumWhenDecrementing()
    {
        final Scratch scratch = Scratch.of(PACKET);
        ip.wrap(scratch.buffer, OFFSET, 32).decrementTtl();
        scratch.assertHolds("45000020123400003f11528e0a0501010a05020111223344000c000041424344");
        assertTrue(ip.isChecksumValid());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldKeepChecksumValidWhenChangingEcn(final int ecn)
    {
        for (int tos = 0; tos < 256; tos++)
        {
            for (int id = 0; id < 0x10000; id += 257)
            {
                ip.wrap(Scratch.of(PACKET).buffer, OFFSET, 32).tos(tos).identification(id).updateChecksum();
                ip.ecn(ecn);
                assertEquals((tos & 0xFC) | ecn, ip.tos());
                final int patched = ip.headerChecksum();
                assertTrue(ip.isChecksumValid());
                assertEquals(ip.updateChecksum().headerChecksum(), patched);
            }
        }
    }

    @Test
    void shouldKeepChecksumValidDownToTtlZero()
    {
        for (int id = 0; id < 0x10000; id += 251)
        {
            ip.wrap(Scratch.of(PACKET).buffer, OFFSET, 32).ttl(255).identification(id).updateChecksum();
            while (ip.ttl() > 0)
            {
                ip.decrementTtl();
                assertTrue(ip.isChecksumValid());
            }
        }
    }

    @Test
    void shouldCoverOptionsWithTheChecksum()
    {
        final Scratch scratch = Scratch.of("46000024123400004011000000000000000000009404000011223344000c000041424344");
        ip.wrap(scratch.buffer, OFFSET, 36).updateChecksum();
        assertEquals(DropReason.NONE, ip.check());
        assertTrue(ip.isChecksumValid());
        scratch.buffer.putByte(OFFSET + 22, (byte)1);
        assertFalse(ip.isChecksumValid());
    }
}

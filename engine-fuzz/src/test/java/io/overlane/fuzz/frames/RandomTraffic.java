// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.frames;

import io.overlane.address.Vtep;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.SuperFrameSpec;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Frames from a seed: about half are valid, with changing stations, and the others have one fault each. Allocates
 * nothing.
 */
final class RandomTraffic implements Traffic
{
    /** Faults are in the headers, which end before this byte. */
    private static final int HEADERS = 120;
    private static final long PORT_STATIONS = 0x02_00_00_00_01_00L;
    private static final long REMOTE_STATIONS = 0x02_00_00_00_02_00L;
    private static final int[] NUMBERS = {0, 1, 2, 4, 8, 13, 14, 15, 20, 0x7F, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF};
    private static final int[] ETHER_TYPES = {0x0800, 0x86DD, 0x0806, 0x8100, 0x88A8, 0x88B5, 0, 0x0600, 0x05FF};
    private static final int[] GSO_TYPES = {0, 1, 2, 3, 4, 5, 6, 0x80, 0x81, 0x84, 0x85, 0xFF};

    private final Dice dice;
    private final Profile profile;
    private final boolean isV4;
    private final byte[][] frames;
    private final byte[][] datagrams;
    private final byte[][] superFrames;
    private final Metadata[] superMetadata;
    private final Vtep stranger;
    private int framesLeft;
    private int datagramsLeft;
    private boolean hasSuperFrames;

    /** The offload fields of a super-frame. */
    private record Metadata(int gsoType, int headersLength, int gsoSize, int checksumStart, int checksumOffset)
    {
        private static Metadata of(final SuperFrameSpec spec)
        {
            return new Metadata(
                spec.gsoType(), spec.headersLength(), spec.gsoSize(), spec.checksumStart(), spec.checksumOffset());
        }
    }

    RandomTraffic(final Profile profile, final boolean isV4, final long seed)
    {
        this.profile = profile;
        this.isV4 = isV4;
        dice = new Dice(seed);
        stranger = Vtep.parse(isV4 ? "198.51.100.66:40000" : "[2001:db8:66::66]:40000", 0);
        final List<SuperFrameSpec> superSpecs = profile.isVxlan() ? Templates.superFrames() : List.of();
        superMetadata = superSpecs.stream().map(Metadata::of).toArray(Metadata[]::new);
        superFrames = superSpecs.stream().map(SuperFrameSpec::bytes).toArray(byte[][]::new);
        if (profile.isVxlan())
        {
            final List<byte[]> inner = Templates.frames();
            if (profile == Profile.GATEWAY)
            {
                inner.addAll(Templates.routed());
            }
            frames = inner.stream().map(this::fromStation).toArray(byte[][]::new);
            datagrams = inner.stream().map(frame -> FrameSpec.vxlan(frame).vni(1).datagram()).toArray(byte[][]::new);
        }
        else
        {
            frames = Templates.packets("10.5.1.1", "10.5.2.1", "10.5.3.7").toArray(new byte[0][]);
            datagrams = Templates.packets("10.5.2.1", "10.5.1.1", "10.5.1.77").toArray(new byte[0][]);
        }
    }

    /** Behind a trunk, a tag selects the segment. */
    private byte[] fromStation(final byte[] frame)
    {
        if (profile != Profile.TRUNK)
        {
            return frame;
        }
        final List<Byte> bytes = new ArrayList<>();
        for (int i = 0; i < frame.length; i++)
        {
            if (i == 12)
            {
                bytes.addAll(List.of((byte)0x81, (byte)0, (byte)0, (byte)Profile.VLANS[0]));
            }
            bytes.add(frame[i]);
        }
        final byte[] tagged = new byte[bytes.size()];
        for (int i = 0; i < tagged.length; i++)
        {
            tagged[i] = bytes.get(i);
        }
        return tagged;
    }

    /**
     * Provide frames for one round.
     *
     * @param hasSuperFrames false if each frame is one on the wire, so that they can be counted.
     */
    void fill(final int frameCount, final int datagramCount, final boolean hasSuperFrames)
    {
        framesLeft = frameCount;
        datagramsLeft = datagramCount;
        this.hasSuperFrames = hasSuperFrames;
    }

    Dice dice()
    {
        return dice;
    }

    @Override
    public boolean hasFrame()
    {
        return framesLeft > 0;
    }

    @Override
    public boolean hasDatagram()
    {
        return datagramsLeft > 0;
    }

    @Override
    public DropReason verdict(final DropReason refusal)
    {
        return dice.oneIn(200) ? refusal : DropReason.NONE;
    }

    @Override
    public void frame(final Frame slot)
    {
        framesLeft--;
        if (hasSuperFrames && superFrames.length > 0 && dice.oneIn(4))
        {
            final int index = dice.below(superFrames.length);
            final Metadata spec = superMetadata[index];
            final int length = copy(slot, superFrames[index], 0);
            slot.offload(
                Frame.NEEDS_CHECKSUM, spec.gsoType, spec.headersLength, spec.gsoSize, spec.checksumStart,
                spec.checksumOffset);
            if (dice.oneIn(3))
            {
                absurd(slot, length);
            }
            return;
        }
        copy(slot, frames[dice.below(frames.length)], 0);
        if (dice.oneIn(8))
        {
            absurd(slot, slot.length());
        }
    }

    /** Metadata as no device sends them; without super-frames the type is none that is known. */
    private void absurd(final Frame slot, final int length)
    {
        final int type = GSO_TYPES[dice.below(GSO_TYPES.length)];
        slot.offload(
            dice.below(4),
            hasSuperFrames ? type : dice.oneIn(2) ? Frame.GSO_NONE : type | 2,
            number(),
            dice.oneIn(4) ? number() : slot.gsoSize(),
            dice.oneIn(2) ? slot.checksumStart() : dice.oneIn(2) ? number() : dice.below(length + 2),
            dice.oneIn(2) ? slot.checksumOffset() : dice.oneIn(2) ? number() : dice.below(40));
    }

    @Override
    public void datagram(final Frame slot, final Arrival arrival)
    {
        datagramsLeft--;
        final Vtep from = dice.oneIn(6) ? stranger : Profile.remote(isV4, 0);
        final boolean isOther = dice.oneIn(3);
        arrival.high = from.address().high();
        arrival.low = from.address().low() + (isOther ? 1 : 0);
        arrival.port = dice.oneIn(100) ? 1 : from.udpPort();
        arrival.tos = dice.oneIn(50) ? -1 : dice.oneIn(8) ? dice.below(256) : dice.oneIn(4) ? dice.below(4) : 0;
        final byte[] template = datagrams[dice.below(datagrams.length)];
        arrival.segmentSize = 0;
        if (hasSuperFrames && dice.oneIn(4) && template.length <= GuardedSlots.ROOM / 8)
        {
            joined(slot, arrival, template);
            return;
        }
        copy(slot, template, profile.isVxlan() ? 8 : 0);
    }

    /** Several datagrams of one size, as the kernel joins them; one of them may have a fault. */
    private void joined(final Frame slot, final Arrival arrival, final byte[] template)
    {
        final MemoryBuffer buffer = slot.buffer();
        final int count = 2 + dice.below(6);
        for (int i = 0; i < count; i++)
        {
            buffer.putBytes(FrameSlab.HEADROOM + i * template.length, template);
        }
        final int cut = dice.oneIn(3) ? dice.below(template.length) : 0;
        final int length = count * template.length - cut;
        slot.wrap(FrameSlab.HEADROOM, length);
        if (dice.oneIn(2))
        {
            buffer.putByte(FrameSlab.HEADROOM + dice.below(length), (byte)dice.bits());
        }
        arrival.segmentSize = dice.oneIn(30) ? 1 + dice.below(length) : template.length;
    }

    /** Copy a frame whose Ethernet header is at an offset, change its stations, and perhaps add a fault. */
    private int copy(final Frame slot, final byte[] template, final int ethernet)
    {
        final MemoryBuffer buffer = slot.buffer();
        final int start = FrameSlab.HEADROOM;
        buffer.putBytes(start, template);
        int length = template.length;
        if (profile.isVxlan())
        {
            stations(buffer, start + ethernet, ethernet == 0);
            if (ethernet > 0 && dice.oneIn(4))
            {
                buffer.putByte(start + 6, (byte)Profile.VNIS[1]);
            }
            if (profile == Profile.GATEWAY)
            {
                toGateway(buffer, start, ethernet);
            }
            if (ethernet == 0 && profile == Profile.TRUNK && dice.oneIn(4))
            {
                buffer.putByte(start + 15, (byte)Profile.VLANS[1]);
            }
        }
        if (dice.oneIn(2))
        {
            length = fault(buffer, start, length, ethernet);
        }
        slot.wrap(start, length);
        return length;
    }

    /** Two frames of three are for the gateway, also for that of other engines. */
    private void toGateway(final MemoryBuffer buffer, final int start, final int ethernet)
    {
        if (ethernet > 0 && dice.oneIn(4))
        {
            buffer.putShort(start + 5, (short)Profile.L3_VNI, ByteOrder.BIG_ENDIAN);
            mac(buffer, start + ethernet, Profile.ROUTER_MAC);
        }
        else if (!dice.oneIn(3) && (buffer.getByte(start + ethernet) & 1) == 0)
        {
            mac(buffer, start + ethernet, Profile.GATEWAY_MAC);
        }
    }

    /** Stations live behind the ports or behind the remotes; now and then one moves. */
    private void stations(final MemoryBuffer buffer, final int at, final boolean isFromPort)
    {
        final long here = isFromPort != dice.oneIn(16) ? PORT_STATIONS : REMOTE_STATIONS;
        final long there = isFromPort == dice.oneIn(16) ? PORT_STATIONS : REMOTE_STATIONS;
        final int kind = dice.below(12);
        final long destination =
            kind == 0 ? 0xFFFF_FFFF_FFFFL :
            kind == 1 ? 0x3333_0000_0001L :
            kind == 2 ? Profile.STATIC_MAC :
            kind == 3 ? Profile.OWN_MAC : there + dice.below(16);
        if (kind != 4 && (isFromPort || kind != 2))
        {
            mac(buffer, at, destination);
        }
        mac(buffer, at + 6, here + dice.below(16));
    }

    private static void mac(final MemoryBuffer buffer, final int at, final long mac)
    {
        buffer.putShort(at, (short)(mac >>> 32), ByteOrder.BIG_ENDIAN);
        buffer.putInt(at + 2, (int)mac, ByteOrder.BIG_ENDIAN);
    }

    /** Returns the new length. */
    private int fault(final MemoryBuffer buffer, final int start, final int length, final int ethernet)
    {
        final int at = start + dice.below(Math.min(length, HEADERS));
        switch (dice.below(12))
        {
            case 0, 1 -> buffer.putByte(at, (byte)dice.bits());
            case 2 -> buffer.putByte(at, (byte)(buffer.getByte(at) ^ 1 << dice.below(8)));
            case 3, 4 -> buffer.putShort(at, (short)number(), ByteOrder.BIG_ENDIAN);
            case 5 ->
            {
                return dice.below(length);
            }
            case 6 ->
            {
                return dice.below(Math.min(length, 80));
            }
            case 7 ->
            {
                final int added = Math.min(dice.below(100), GuardedSlots.ROOM - length);
                buffer.setMemory(start + length, added, (byte)dice.bits());
                return length + added;
            }
            case 8 -> mac(buffer, start + ethernet + 6, dice.oneIn(3) ? Profile.OWN_MAC :
                dice.oneIn(3) ? 0 : (long)dice.bits() << 16 & 0xFFFF_FFFF_0000L | dice.below(0x1_0000));
            case 9 -> buffer.putShort(
                start + ethernet + 12, (short)ETHER_TYPES[dice.below(ETHER_TYPES.length)], ByteOrder.BIG_ENDIAN);
            case 10 -> buffer.putByte(start + dice.below(8), (byte)dice.bits());
            default -> buffer.putLong(at, (long)dice.bits() << 32 | dice.bits() & 0xFFFF_FFFFL);
        }
        return length;
    }

    private int number()
    {
        return dice.oneIn(3) ? dice.below(0x1_0000) : NUMBERS[dice.below(NUMBERS.length)];
    }
}

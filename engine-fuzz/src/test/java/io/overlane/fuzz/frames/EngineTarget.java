// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.frames;

import io.overlane.address.Vtep;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.fuzz.FuzzTarget;
import io.overlane.fuzz.Input;
import io.overlane.status.DropReason;
import io.overlane.testdata.SuperFrameSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Frames and datagrams in one input, through an engine of one profile. Each begins with a byte that says what it is:
 *
 * <pre>
 *   bit 0    1: a frame of a port, 0: a datagram
 *   bit 1    of a frame: metadata follow; of a datagram: the size of joined ones follows
 *   bit 2    the datagram is a stranger's
 *   bits 3,4 congestion bits of the datagram
 *   bit 5    the clock goes on before it
 *   bit 6    the engine runs before it
 * </pre>
 *
 * then the length in two bytes, and the bytes.
 */
public final class EngineTarget implements FuzzTarget
{
    private static final int FRAME = 0x01;
    private static final int METADATA = 0x02;
    private static final int STRANGER = 0x04;
    private static final int CLOCK = 0x20;
    private static final int RUN = 0x40;

    /** An engine is used again, as a new one for each input would take most of the time. */
    private static final int INPUTS_OF_ENGINE = 5_000;

    private final Profile profile;
    private final FrameRun[] runs = new FrameRun[2];
    private int inputs;
    private Input input = new Input(new byte[0]);
    private int kind;
    private boolean isReady;
    private boolean isV4;
    private boolean hasEnded;

    private EngineTarget(final Profile profile)
    {
        this.profile = profile;
    }

    /** @return a target for an engine of a profile, by its name. */
    public static EngineTarget of(final String profile)
    {
        return new EngineTarget(Profile.valueOf(profile));
    }

    @Override
    public void accept(final byte[] bytes)
    {
        input = new Input(bytes);
        isV4 = (input.u8() & 1) == 0;
        isReady = false;
        kind = 0;
        inputs++;
        if (inputs % INPUTS_OF_ENGINE == 0)
        {
            close();
        }
        final int index = isV4 ? 0 : 1;
        final FrameRun run = runs[index] == null ? new FrameRun(profile, isV4, new Script()) : runs[index];
        // After a failure the next input gets a new engine.
        runs[index] = null;
        do
        {
            if ((kind & CLOCK) != 0)
            {
                run.clock().step(700, TimeUnit.MILLISECONDS);
            }
            kind &= ~(CLOCK | RUN);
            hasEnded = false;
            run.round(false);
        }
        while (isReady || input.hasMore());
        runs[index] = run;
    }

    @Override
    public void close()
    {
        for (int i = 0; i < runs.length; i++)
        {
            if (runs[i] != null)
            {
                runs[i].close();
                runs[i] = null;
            }
        }
    }

    /** The next record is read when the engine asks for one; its kind decides who gets it. */
    private boolean peek(final boolean isFrame)
    {
        if (!isReady && input.hasMore())
        {
            kind = input.u8();
            isReady = true;
            hasEnded = (kind & (RUN | CLOCK)) != 0;
        }
        if (hasEnded)
        {
            return false;
        }
        return isReady && (kind & FRAME) != 0 == isFrame;
    }

    /** The records of the input. */
    private final class Script implements Traffic
    {
        @Override
        public boolean hasFrame()
        {
            return peek(true);
        }

        @Override
        public boolean hasDatagram()
        {
            return peek(false);
        }

        @Override
        public void frame(final Frame slot)
        {
            final boolean hasMetadata = (kind & METADATA) != 0;
            final int flags = hasMetadata ? input.u8() : 0;
            final int type = hasMetadata ? input.u8() : 0;
            final int headers = hasMetadata ? input.u16() : 0;
            final int size = hasMetadata ? input.u16() : 0;
            final int start = hasMetadata ? input.u16() : 0;
            final int offset = hasMetadata ? input.u16() : 0;
            bytes(slot);
            slot.offload(flags, type, headers, size, start, offset);
        }

        @Override
        public void datagram(final Frame slot, final Arrival arrival)
        {
            final Vtep from = Profile.remote(isV4, 0);
            arrival.high = from.address().high();
            arrival.low = from.address().low() + ((kind & STRANGER) == 0 ? 0 : 77);
            arrival.port = from.udpPort();
            arrival.tos = kind >>> 3 & 3;
            final int size = (kind & METADATA) == 0 ? 0 : input.u16();
            bytes(slot);
            arrival.segmentSize = size < slot.length() ? size : 0;
        }

        private void bytes(final Frame slot)
        {
            final byte[] bytes = input.bytes(Math.min(input.u16(), GuardedSlots.ROOM));
            slot.buffer().putBytes(FrameSlab.HEADROOM, bytes);
            slot.wrap(FrameSlab.HEADROOM, bytes.length);
            isReady = false;
        }

        @Override
        public DropReason verdict(final DropReason refusal)
        {
            return DropReason.NONE;
        }
    }

    @Override
    public List<byte[]> seeds()
    {
        final List<byte[]> seeds = new ArrayList<>();
        final RandomTraffic traffic = new RandomTraffic(profile, true, 3);
        for (int i = 0; i < 40; i++)
        {
            seeds.add(seed(traffic, i));
        }
        if (profile.isVxlan())
        {
            for (final SuperFrameSpec spec : Templates.superFrames().subList(0, 6))
            {
                final Frame frame = new FrameSlab(1, GuardedSlots.ROOM).frame(0);
                frame.buffer().putBytes(FrameSlab.HEADROOM, spec.bytes());
                frame.wrap(FrameSlab.HEADROOM, spec.bytes().length).offload(
                    1, spec.gsoType(), spec.headersLength(), spec.gsoSize(), spec.checksumStart(),
                    spec.checksumOffset());
                final Bytes out = new Bytes();
                out.u8(0);
                frame(out, frame);
                seeds.add(out.toByteArray());
            }
        }
        return seeds;
    }

    /** Bytes of a seed. */
    private static final class Bytes extends java.io.ByteArrayOutputStream
    {
        private void u8(final int value)
        {
            write(value);
        }

        private void u16(final int value)
        {
            write(value);
            write(value >>> 8);
        }

        private void bytes(final Frame frame)
        {
            u16(frame.length());
            for (int i = 0; i < frame.length(); i++)
            {
                write(frame.buffer().getByte(frame.offset() + i));
            }
        }
    }

    private static byte[] seed(final RandomTraffic traffic, final int index)
    {
        final Bytes out = new Bytes();
        out.u8(index & 1);
        final Frame frame = new FrameSlab(1, GuardedSlots.ROOM).frame(0);
        final Traffic.Arrival arrival = new Traffic.Arrival();
        for (int i = 0; i < 3; i++)
        {
            traffic.fill(1, 1, false);
            if ((index >>> 1 & 1) == 0)
            {
                traffic.frame(frame);
                frame(out, frame);
            }
            else
            {
                traffic.datagram(frame, arrival);
                out.u8((arrival.tos & 3) << 3);
                out.bytes(frame);
            }
        }
        return out.toByteArray();
    }

    private static void frame(final Bytes out, final Frame frame)
    {
        out.u8(FRAME | METADATA);
        out.u8(frame.flags());
        out.u8(frame.gsoType());
        out.u16(frame.headerLength());
        out.u16(frame.gsoSize());
        out.u16(frame.checksumStart());
        out.u16(frame.checksumOffset());
        out.bytes(frame);
    }
}

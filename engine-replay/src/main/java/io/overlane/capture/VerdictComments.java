// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import static io.overlane.capture.CaptureRecord.BITS_OFFSET;
import static io.overlane.capture.CaptureRecord.COPY_BIT;
import static io.overlane.capture.CaptureRecord.FRAMES_OFFSET;
import static io.overlane.capture.CaptureRecord.GSO_SIZE_OFFSET;
import static io.overlane.capture.CaptureRecord.HAS_REMOTE_BIT;
import static io.overlane.capture.CaptureRecord.HIGH_OFFSET;
import static io.overlane.capture.CaptureRecord.LOW_OFFSET;
import static io.overlane.capture.CaptureRecord.OUTCOME_MASK;
import static io.overlane.capture.CaptureRecord.REASON_OFFSET;
import static io.overlane.capture.CaptureRecord.SUPER_FRAME_BIT;
import static io.overlane.capture.CaptureRecord.VNI_OFFSET;

import io.overlane.address.IpAddress;
import io.overlane.fate.Fate;
import io.overlane.status.DropReason;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The comments of packets, such as {@code vni=42 remote=192.0.2.2 verdict=dropped reason=no-destination}. Most packets
 * have the same few; these are kept as bytes. One thread.
 */
final class VerdictComments
{
    private static final int SLOTS = 1024;
    private static final Fate.Outcome[] OUTCOMES = Fate.Outcome.values();

    private final @Nullable Entry[] entries = new Entry[SLOTS];
    private Key sought = new Key();

    /** A comment and the fields it was made of. */
    private record Entry(Key key, byte[] text)
    {
    }

    /**
     * @param index of a packet in the ring.
     * @return its comment in UTF-8; not to be changed.
     */
    byte[] text(final DirectBuffer ring, final int index)
    {
        sought.read(ring, index);
        final int hash = sought.hash();
        final int slot = (hash ^ hash >>> 16) & SLOTS - 1;
        final Entry found = entries[slot];
        if (found != null && found.key.isSame(sought))
        {
            return found.text;
        }
        final byte[] text = sought.text().getBytes(StandardCharsets.UTF_8);
        entries[slot] = new Entry(sought, text);
        sought = new Key();
        return text;
    }

    /** The fields of a packet that its comment shows. They can be read again, so that a look-up allocates nothing. */
    private static final class Key
    {
        private static final int SHOWN_BITS = OUTCOME_MASK | COPY_BIT | HAS_REMOTE_BIT;

        private long high;
        private long low;
        private int vni;
        private int bits;
        private int reason;
        private int frames;
        private int gsoSize;

        void read(final DirectBuffer ring, final int index)
        {
            final int all = ring.getInt(index + BITS_OFFSET);
            high = ring.getLong(index + HIGH_OFFSET);
            low = ring.getLong(index + LOW_OFFSET);
            vni = ring.getInt(index + VNI_OFFSET);
            bits = all & SHOWN_BITS;
            reason = ring.getInt(index + REASON_OFFSET);
            frames = (all & SUPER_FRAME_BIT) == 0 ? 1 : ring.getInt(index + FRAMES_OFFSET);
            gsoSize = frames == 1 ? 0 : ring.getInt(index + GSO_SIZE_OFFSET);
        }

        boolean isSame(final Key other)
        {
            return high == other.high && low == other.low && vni == other.vni && bits == other.bits &&
                reason == other.reason && frames == other.frames && gsoSize == other.gsoSize;
        }

        int hash()
        {
            return (int)((low * 31 + high) * 31 + vni) * 31 + bits * 7 + reason * 3 + frames;
        }

        String text()
        {
            final StringBuilder text = new StringBuilder();
            if (vni >= 0)
            {
                text.append("vni=").append(vni).append(' ');
            }
            if ((bits & HAS_REMOTE_BIT) != 0)
            {
                text.append("remote=").append(new IpAddress(high, low)).append(' ');
            }
            final Fate.Outcome outcome = OUTCOMES[bits & OUTCOME_MASK];
            text.append("verdict=").append(outcome.name().toLowerCase(Locale.ROOT));
            if (outcome == Fate.Outcome.DROPPED)
            {
                text.append(" reason=").append(DropReason.get(reason).label());
            }
            if ((bits & COPY_BIT) != 0)
            {
                text.append(" copy=flood");
            }
            if (frames > 1)
            {
                text.append(" frames=").append(frames).append(" gso-size=").append(gsoSize);
            }
            return text.toString();
        }
    }
}

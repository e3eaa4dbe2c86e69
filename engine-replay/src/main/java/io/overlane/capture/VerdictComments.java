// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import io.overlane.address.IpAddress;
import io.overlane.fate.Fate;
import io.overlane.status.DropReason;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
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

    /** A comment and what it says. */
    private record Entry(
        int vni,
        boolean hasRemote,
        long high,
        long low,
        int outcome,
        int reason,
        boolean isCopy,
        int frames,
        int gsoSize,
        byte[] text)
    {
        boolean says(
            final int vni,
            final boolean hasRemote,
            final long high,
            final long low,
            final int outcome,
            final int reason,
            final boolean isCopy,
            final int frames,
            final int gsoSize)
        {
            return this.vni == vni && this.hasRemote == hasRemote && this.high == high && this.low == low &&
                this.outcome == outcome && this.reason == reason && this.isCopy == isCopy &&
                this.frames == frames && this.gsoSize == gsoSize;
        }
    }

    /**
     * @param vni     negative: none.
     * @param outcome ordinal.
     * @param reason  ordinal.
     * @param frames  of a super-frame; 1 for a single frame.
     * @return the comment in UTF-8; not to be changed.
     */
    byte[] text(
        final int vni,
        final boolean hasRemote,
        final long high,
        final long low,
        final int outcome,
        final int reason,
        final boolean isCopy,
        final int frames,
        final int gsoSize)
    {
        final int hash = (int)((low * 31 + high) * 31 + vni) * 31 + outcome * 7 + reason * 3 + frames;
        final int slot = (hash ^ hash >>> 16) & SLOTS - 1;
        final Entry found = entries[slot];
        if (found != null && found.says(vni, hasRemote, high, low, outcome, reason, isCopy, frames, gsoSize))
        {
            return found.text;
        }
        final byte[] text = make(vni, hasRemote, high, low, outcome, reason, isCopy, frames, gsoSize);
        entries[slot] = new Entry(vni, hasRemote, high, low, outcome, reason, isCopy, frames, gsoSize, text);
        return text;
    }

    private static byte[] make(
        final int vni,
        final boolean hasRemote,
        final long high,
        final long low,
        final int outcome,
        final int reason,
        final boolean isCopy,
        final int frames,
        final int gsoSize)
    {
        final StringBuilder text = new StringBuilder();
        if (vni >= 0)
        {
            text.append("vni=").append(vni).append(' ');
        }
        if (hasRemote)
        {
            text.append("remote=").append(new IpAddress(high, low)).append(' ');
        }
        text.append("verdict=").append(OUTCOMES[outcome].name().toLowerCase(Locale.ROOT));
        if (OUTCOMES[outcome] == Fate.Outcome.DROPPED)
        {
            text.append(" reason=").append(DropReason.get(reason).label());
        }
        if (isCopy)
        {
            text.append(" copy=flood");
        }
        if (frames > 1)
        {
            text.append(" frames=").append(frames).append(" gso-size=").append(gsoSize);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}

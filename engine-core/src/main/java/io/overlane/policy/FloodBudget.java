// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

import io.overlane.limit.RateLimit;
import io.overlane.setting.Setting;
import io.overlane.status.DropReason;
import java.util.List;
import java.util.StringJoiner;

/**
 * How many broadcast, unknown unicast and multicast frames the ports of a segment may send in a second, and how many
 * copies may be made of them. Shared by all threads that carry frames of the segment.
 */
public final class FloodBudget
{
    private static final List<String> NAMES = List.of("port", "segment", "copies");
    private static final String NONE = "none";
    private static final int MOST = 1_000_000_000;

    private final int portFrames;
    private final int segmentFrames;
    private final int copies;
    private final RateLimit ofSegment;
    private final RateLimit ofCopies;

    /**
     * @param portFrames    a second from each port; 0: no limit.
     * @param segmentFrames a second from all ports together; 0: no limit.
     * @param copies        a second to remotes, of all together; 0: no limit.
     * @throws IllegalArgumentException if one is negative.
     */
    public FloodBudget(final int portFrames, final int segmentFrames, final int copies)
    {
        this.portFrames = Setting.atLeast("portFrames", portFrames, 0);
        this.segmentFrames = Setting.atLeast("segmentFrames", segmentFrames, 0);
        this.copies = Setting.atLeast("copies", copies, 0);
        ofSegment = new RateLimit(segmentFrames);
        ofCopies = new RateLimit(copies);
    }

    /**
     * @param text {@code port=N,segment=N,copies=N}, in any order, one at least; or {@code none}.
     * @return a budget of its own with these limits.
     * @throws IllegalArgumentException if it is something else.
     */
    public static FloodBudget parse(final String text)
    {
        final int[] rates = new int[NAMES.size()];
        for (final String part : text.equals(NONE) ? new String[0] : text.split(",", -1))
        {
            final int equals = part.indexOf('=');
            final int place = NAMES.indexOf(part.substring(0, Math.max(0, equals)));
            final String number = part.substring(equals + 1);
            if (place < 0 || rates[place] != 0 || !number.matches("[1-9]\\d{0,9}") || Long.parseLong(number) > MOST)
            {
                throw new IllegalArgumentException(
                    "not port=N,segment=N,copies=N in frames a second: '" + text + "'");
            }
            rates[place] = Integer.parseInt(number);
        }
        return new FloodBudget(rates[0], rates[1], rates[2]);
    }

    /** @return true if anything is limited. */
    public boolean isLimited()
    {
        return portFrames != 0 || segmentFrames != 0 || copies != 0;
    }

    /** @return frames a second from all ports together; 0: no limit. */
    public int segmentFrames()
    {
        return segmentFrames;
    }

    /** @return copies a second to remotes; 0: no limit. */
    public int copies()
    {
        return copies;
    }

    /** @return frames a second from each port; 0: no limit. */
    public int portFrames()
    {
        return portFrames;
    }

    /**
     * Any thread.
     *
     * @param frames     to flood.
     * @param copiesEach of each.
     * @param nowNs      on the engine's clock.
     * @return {@link DropReason#NONE} if they may be.
     */
    public DropReason take(final int frames, final int copiesEach, final long nowNs)
    {
        if (!ofSegment.take(frames, nowNs))
        {
            return DropReason.SEGMENT_FLOOD_LIMIT;
        }
        return ofCopies.take((long)frames * copiesEach, nowNs) ?
            DropReason.NONE :
            DropReason.FLOOD_COPIES_LIMIT;
    }

    /** @return the limits there are, as {@code port=100,copies=1000}, or {@code none}. */
    @Override
    public String toString()
    {
        final StringJoiner text = new StringJoiner(",").setEmptyValue(NONE);
        add(text, NAMES.get(0), portFrames);
        add(text, NAMES.get(1), segmentFrames);
        add(text, NAMES.get(2), copies);
        return text.toString();
    }

    private static void add(final StringJoiner text, final String name, final int rate)
    {
        if (rate != 0)
        {
            text.add(name + "=" + rate);
        }
    }
}

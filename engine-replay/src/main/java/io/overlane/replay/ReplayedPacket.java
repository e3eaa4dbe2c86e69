// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.fate.Fate;
import io.overlane.status.DropReason;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a replayed engine did with one packet.
 *
 * @param record      number of its record in the capture, the {@code frame.number} of tshark.
 * @param timestampNs capture time, in nanoseconds since 1970.
 * @param way         whether it came from a port or from the underlay.
 * @param from        the port it came from, or the outer addresses and UDP ports; empty if there was no datagram.
 * @param vni         its segment, or {@link #NO_VNI}.
 * @param outcome     what became of it.
 * @param reason      of its drop; {@link DropReason#NONE} if it was not dropped.
 * @param recorded    the verdict in the comment of the capture, in the words of {@link #verdict()}; null if there is
 *                    none.
 * @param frames      that ports got because of it, answers included.
 * @param datagrams   that were sent because of it.
 */
public record ReplayedPacket(
    long record,
    long timestampNs,
    Fate.Direction way,
    String from,
    int vni,
    Fate.Outcome outcome,
    DropReason reason,
    @Nullable String recorded,
    List<ReplayedFrame> frames,
    List<ReplayedDatagram> datagrams)
{
    private static final Set<String> OF_THE_HOST = Stream
        .of(
            DropReason.PORT_FULL,
            DropReason.PORT_DOWN,
            DropReason.PORT_ERROR,
            DropReason.PORT_CLOSED,
            DropReason.CLAIM_ABANDONED,
            DropReason.UNDERLAY_BUSY,
            DropReason.UNDERLAY_UNREACHABLE,
            DropReason.UNDERLAY_ERROR)
        .map(reason -> "dropped " + reason.label())
        .collect(Collectors.toUnmodifiableSet());

    /** The packet belongs to no segment. */
    public static final int NO_VNI = -1;

    /** @return the verdict in words: {@code delivered}, {@code answered}, or {@code dropped} and the reason. */
    public String verdict()
    {
        final String word = outcome.name().toLowerCase(Locale.ROOT);
        return outcome == Fate.Outcome.DROPPED ? word + " " + reason.label() : word;
    }

    /**
     * @return true if the capture has a verdict on this packet, and the replay came to another. Drops because of a full
     *         or broken port or socket do not count: a replay has neither.
     */
    public boolean isDifferent()
    {
        return recorded != null && !recorded.equals(verdict()) && !OF_THE_HOST.contains(recorded);
    }

    /** The verdict in a comment, in the words of {@link #verdict()}. */
    static @Nullable String recorded(final CapturedPacket packet)
    {
        final String verdict = packet.said("verdict");
        final String reason = packet.said("reason");
        return verdict == null || reason == null ? verdict : verdict + " " + reason;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.setting.Setting;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Which priority (PCP and DEI, IEEE 802.1Q) the frames of one VLAN have on a {@link VlanTrunk}. There is one object for
 * each value.
 *
 * <p>Towards the trunk, a frame that has a tag with a priority only (VLAN identifier 0) keeps its priority; that tag
 * gets the VLAN identifier. Every other frame gets a tag with the priority that is chosen here, and a clear DEI.
 *
 * <p>From the trunk, the tag is removed and its priority is lost, except with {@link #KEEP}.
 */
public final class VlanPriority
{
    /** Towards the trunk the first three bits of the DSCP of an IP packet (RFC 2474 §4.2.2), 0 for other frames. */
    public static final VlanPriority DSCP = new VlanPriority("dscp");

    /**
     * From the trunk, a tag whose priority is not 0 stays in the frame, with the VLAN identifier 0, so that the gateway
     * at the other end can restore it. Stations and bridges behind other remotes must accept such tags. Towards the
     * trunk as {@link #DSCP}.
     */
    public static final VlanPriority KEEP = new VlanPriority("keep");

    private static final int MAX = 7;

    private static final VlanPriority[] FIXED =
        IntStream.rangeClosed(0, MAX).mapToObj(Integer::toString).map(VlanPriority::new).toArray(VlanPriority[]::new);

    private final String text;

    private VlanPriority(final String text)
    {
        this.text = text;
    }

    /**
     * @param priority 0…7; 0 is best effort, 1 is below it.
     * @return that priority towards the trunk.
     * @throws IllegalArgumentException if it is out of range.
     */
    public static VlanPriority of(final int priority)
    {
        return FIXED[Setting.inRange("priority", priority, 0, MAX)];
    }

    /**
     * @param text {@code 0}…{@code 7}, {@code dscp} or {@code keep}.
     * @return the priority.
     * @throws IllegalArgumentException if it is something else.
     */
    public static VlanPriority parse(final String text)
    {
        return switch (text.toLowerCase(Locale.ROOT))
        {
            case "dscp" -> DSCP;
            case "keep" -> KEEP;
            default ->
            {
                if (text.length() != 1 || text.charAt(0) < '0' || text.charAt(0) > '0' + MAX)
                {
                    throw new IllegalArgumentException(
                        "'" + text + "' is not a priority; use a number of 0...7, dscp or keep");
                }
                yield FIXED[text.charAt(0) - '0'];
            }
        };
    }

    /** The priority of all frames without a tag; -1 if it depends on the frame. */
    int fixed()
    {
        return this == DSCP || this == KEEP ? -1 : text.charAt(0) - '0';
    }

    /** @return as {@link #parse} takes it. */
    @Override
    public String toString()
    {
        return text;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import io.overlane.setting.Setting;
import org.jspecify.annotations.Nullable;

/**
 * The settings of outer IP headers; immutable, each setter returns a new object. The defaults are those of the kernel's
 * vxlan device, with the don't-fragment bit set: TTL 64 (1 to a multicast group), type of service 0 except for the
 * congestion bits.
 *
 * <p>An inherited value is read from the inner IP header, behind VLAN tags; a frame that is not IP gets the default.
 * The engine refuses at launch a setting that its underlay does not support.
 *
 * @param ttl          time to live or hop limit, 0 for the default, or {@link #INHERIT}.
 * @param tos          type of service or traffic class without its congestion bits, or {@link #INHERIT}.
 * @param dontFragment the don't-fragment bit.
 * @param ecn          how inner congestion bits become outer ones; null for the default.
 */
public record OuterContext(int ttl, int tos, DontFragment dontFragment, @Nullable EcnEncap ecn)
{
    /** The value of the inner IP header. */
    public static final int INHERIT = -1;

    private static final int MAX_OCTET = 255;
    private static final int ECN_MASK = 3;

    /** All defaults. */
    public OuterContext()
    {
        this(0, 0, DontFragment.DEFAULT, null);
    }

    /**
     * @throws IllegalArgumentException if a value is out of range.
     */
    public OuterContext
    {
        if (ttl != INHERIT && (ttl < 0 || ttl > MAX_OCTET))
        {
            throw new IllegalArgumentException("ttl=" + ttl + " outside 1…255 (0: default, -1: inherit)");
        }
        if (tos != INHERIT && (tos < 0 || tos > MAX_OCTET))
        {
            throw new IllegalArgumentException("tos=" + tos + " outside 0…255 (-1: inherit)");
        }
        Setting.notNull("dontFragment", dontFragment);
        tos = tos == INHERIT ? INHERIT : tos & ~ECN_MASK;
    }

    /**
     * @param ttl 1…255; {@link #INHERIT}; or 0, the default: the system decides, which uses 64, and 1 to a multicast
     *            group.
     * @return the same settings with this time to live.
     * @throws IllegalArgumentException if it is none of these.
     */
    public OuterContext ttl(final int ttl)
    {
        return new OuterContext(ttl, tos, dontFragment, ecn);
    }

    /**
     * @param tos 0…255, of which the two lowest bits are ignored, or {@link #INHERIT}; default 0. The congestion bits
     *            come from the inner header, see {@link #ecn(EcnEncap)}.
     * @return the same settings with this type of service.
     * @throws IllegalArgumentException if it is neither.
     */
    public OuterContext tos(final int tos)
    {
        return new OuterContext(ttl, tos, dontFragment, ecn);
    }

    /**
     * @param dontFragment the don't-fragment bit; default {@link DontFragment#DEFAULT}.
     * @return the same settings with this bit.
     */
    public OuterContext dontFragment(final DontFragment dontFragment)
    {
        return new OuterContext(ttl, tos, dontFragment, ecn);
    }

    /**
     * @param ecn how inner congestion bits become outer ones; null for the default: {@link EcnEncap#LINUX}, or
     *            {@link EcnEncap#OFF} if the underlay cannot set them. Such an underlay does not read them either.
     * @return the same settings with this rule for congestion bits.
     */
    public OuterContext ecn(final @Nullable EcnEncap ecn)
    {
        return new OuterContext(ttl, tos, dontFragment, ecn);
    }
}

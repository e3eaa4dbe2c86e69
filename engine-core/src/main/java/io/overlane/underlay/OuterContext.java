// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import io.overlane.setting.Setting;

/**
 * The settings of outer IP headers. As given they are what the kernel's vxlan device does, with the don't-fragment bit
 * set: TTL 64 (1 to a multicast group), type of service 0 but for the congestion bits.
 *
 * <p>What is inherited is read from the inner IP header, behind VLAN tags; a frame that is not IP gets the
 * default. What an underlay cannot do is refused at launch, see {@link #conclude(Underlay)}.
 */
public final class OuterContext
{
    /** Take the value from the inner IP header. */
    public static final int INHERIT = -1;

    private static final int MAX_OCTET = 255;
    private static final int ECN_MASK = 3;

    private int ttl;
    private int tos;
    private DontFragment dontFragment = DontFragment.DEFAULT;
    private EcnEncap ecn;

    /** @return the same, to be changed without changing this. */
    public OuterContext copy()
    {
        return new OuterContext().ttl(ttl).tos(tos).dontFragment(dontFragment).ecn(ecn);
    }

    /** @return time to live or hop limit, 0 for the default, or {@link #INHERIT}. */
    public int ttl()
    {
        return ttl;
    }

    /**
     * @param ttl 1…255, or {@link #INHERIT}: non-IP frames then leave with the default. 0, the default: the system's
     *            own, 64 as a rule and 1 to a multicast group.
     * @return this.
     * @throws IllegalArgumentException if it is none of these.
     */
    public OuterContext ttl(final int ttl)
    {
        if (ttl != INHERIT && (ttl < 0 || ttl > MAX_OCTET))
        {
            throw new IllegalArgumentException("ttl=" + ttl + " outside 1…255 (0: default, -1: inherit)");
        }
        this.ttl = ttl;
        return this;
    }

    /** @return type of service or traffic class without its congestion bits, or {@link #INHERIT}. */
    public int tos()
    {
        return tos;
    }

    /**
     * @param tos 0…255, whose two lowest bits do not count, or {@link #INHERIT}: non-IP frames then leave with 0. The
     *            congestion bits come from the inner header, see {@link #ecn(EcnEncap)}. Default 0.
     * @return this.
     * @throws IllegalArgumentException if it is neither.
     */
    public OuterContext tos(final int tos)
    {
        if (tos != INHERIT && (tos < 0 || tos > MAX_OCTET))
        {
            throw new IllegalArgumentException("tos=" + tos + " outside 0…255 (-1: inherit)");
        }
        this.tos = tos == INHERIT ? INHERIT : tos & ~ECN_MASK;
        return this;
    }

    /** @return the don't-fragment bit. */
    public DontFragment dontFragment()
    {
        return dontFragment;
    }

    /**
     * @param dontFragment the don't-fragment bit; default {@link DontFragment#DEFAULT}.
     * @return this.
     */
    public OuterContext dontFragment(final DontFragment dontFragment)
    {
        this.dontFragment = Setting.notNull("dontFragment", dontFragment);
        return this;
    }

    /** @return what becomes of inner congestion bits; null: not chosen, and then concluded. */
    public EcnEncap ecn()
    {
        return ecn;
    }

    /**
     * @param ecn what becomes of inner congestion bits. Default {@link EcnEncap#LINUX}; {@link EcnEncap#OFF} on an
     *            underlay that cannot set them, which does not read them either. Null stands for the default.
     * @return this.
     */
    public OuterContext ecn(final EcnEncap ecn)
    {
        this.ecn = ecn;
        return this;
    }

    /**
     * Fill in defaults and refuse what the underlay cannot do.
     *
     * @param underlay that is to send.
     * @throws IllegalArgumentException with one line that names the setting.
     */
    public void conclude(final Underlay underlay)
    {
        final boolean setsTos = underlay.features().contains(UnderlayFeature.TOS);
        // RFC 6040 §4.1: who does not read the marks that come back must not ask for any.
        final boolean carriesEcn = setsTos && underlay.features().contains(UnderlayFeature.ECN);
        if (ecn == null)
        {
            ecn = carriesEcn ? EcnEncap.LINUX : EcnEncap.OFF;
        }
        require(tos == 0 || setsTos, "tos=" + text(tos), underlay);
        require(ecn == EcnEncap.OFF || carriesEcn, "ecn=" + ecn, underlay);
        require(ttl == 0 || underlay.features().contains(UnderlayFeature.TTL), "ttl=" + text(ttl), underlay);
        require(
            dontFragment == DontFragment.DEFAULT || underlay.features().contains(UnderlayFeature.DONT_FRAGMENT),
            "dontFragment=" + dontFragment,
            underlay);
    }

    private static String text(final int value)
    {
        return value == INHERIT ? "inherit" : Integer.toString(value);
    }

    private static void require(final boolean isSupported, final String setting, final Underlay underlay)
    {
        if (!isSupported)
        {
            throw new IllegalArgumentException(
                setting + ": this underlay (" + underlay.description() + ") cannot set it in outer headers");
        }
    }
}

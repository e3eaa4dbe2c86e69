// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.assembler;

import java.util.Locale;

/** Functions of the kernel that a program may call; bpf-helpers(7) describes each. */
public enum Helper
{
    MAP_LOOKUP_ELEM(1),
    KTIME_GET_NS(5),
    SKB_STORE_BYTES(9),
    REDIRECT(23),
    GET_HASH_RECALC(34),
    SKB_PULL_DATA(39),
    XDP_ADJUST_HEAD(44),
    SKB_ADJUST_ROOM(50),
    XDP_ADJUST_META(54),
    CSUM_LEVEL(135),
    REDIRECT_NEIGH(152),
    XDP_GET_BUFF_LEN(188);

    final int number;

    Helper(final int number)
    {
        this.number = number;
    }

    /** The name and number, as the kernel prints them; the number alone if there is no helper of that number here. */
    static String text(final int number)
    {
        for (final Helper helper : values())
        {
            if (helper.number == number)
            {
                return "bpf_" + helper.name().toLowerCase(Locale.ROOT) + "#" + number;
            }
        }
        return "unknown#" + number;
    }
}

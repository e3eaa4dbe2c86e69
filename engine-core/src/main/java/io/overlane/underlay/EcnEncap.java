// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

/** How the two congestion bits of an outer header follow from those of the inner one. */
public enum EcnEncap
{
    /** Copied, but "congestion experienced" becomes ECT(0): RFC 3168 full functionality, as Linux has it. */
    LINUX(0, 1, 2, 2),

    /** Copied as they are: the normal mode of RFC 6040 §4.1. */
    RFC6040(0, 1, 2, 3),

    /** Always 0: the compatibility mode of RFC 6040 §4.1, for ends that do not read the bits when they decapsulate. */
    OFF(0, 0, 0, 0);

    private final int[] outer;

    EcnEncap(final int... outer)
    {
        this.outer = outer;
    }

    /**
     * @param inner 0…3.
     * @return 0…3.
     */
    public int encap(final int inner)
    {
        return outer[inner];
    }
}

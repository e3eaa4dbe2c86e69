// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

/** What becomes of the two congestion bits of an inner header in the outer one. */
public enum EcnEncap
{
    /** Copied, but "congestion experienced" becomes ECT(0): RFC 3168 full functionality, as Linux has it. */
    LINUX
    {
        @Override
        public int encap(final int inner)
        {
            return inner == CE ? ECT_0 : inner;
        }
    },

    /** Copied as they are: the normal mode of RFC 6040 §4.1. */
    RFC6040
    {
        @Override
        public int encap(final int inner)
        {
            return inner;
        }
    },

    /** Always 0: the compatibility mode of RFC 6040 §4.1, for ends that do not read the bits when they decapsulate. */
    OFF
    {
        @Override
        public int encap(final int inner)
        {
            return 0;
        }
    };

    private static final int ECT_0 = 2;
    private static final int CE = 3;

    /**
     * @param inner 0…3.
     * @return 0…3.
     */
    public abstract int encap(int inner);
}

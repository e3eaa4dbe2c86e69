// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

/**
 * Type of service, time to live and don't-fragment bit of one outer header, packed in an {@code int}: a batch carries
 * them at no cost, and one comparison tells whether two datagrams have the same.
 *
 * <pre>
 *  31           18 17 16 15           8 7            0
 *  +--------------+-----+--------------+--------------+
 *  |      0       |  DF | time to live |type of service|
 *  +--------------+-----+--------------+--------------+
 * </pre>
 *
 * With a time to live of 0, or a DF of 0, the underlay decides. The value 0 leaves every field to the underlay but the
 * type of service, which is 0.
 */
public final class OuterFields
{
    /** The underlay decides. */
    public static final int DF_DEFAULT = 0;

    /** Set the don't-fragment bit. */
    public static final int DF_SET = 1;

    /** Clear the don't-fragment bit. */
    public static final int DF_CLEAR = 2;

    private static final int OCTET = 0xFF;
    private static final int TTL_SHIFT = 8;
    private static final int DF_SHIFT = 16;
    private static final int DF_MASK = 3;

    private OuterFields()
    {
    }

    /**
     * @param tos type of service or traffic class, 0…255.
     * @param ttl time to live or hop limit, 1…255; 0 if the underlay decides.
     * @param df  one of {@link #DF_DEFAULT}, {@link #DF_SET} and {@link #DF_CLEAR}.
     * @return all three, packed.
     */
    public static int pack(final int tos, final int ttl, final int df)
    {
        return tos | ttl << TTL_SHIFT | df << DF_SHIFT;
    }

    /** @return type of service or traffic class of packed fields. */
    public static int tos(final int fields)
    {
        return fields & OCTET;
    }

    /** @return time to live or hop limit of packed fields; 0 if the underlay decides. */
    public static int ttl(final int fields)
    {
        return fields >>> TTL_SHIFT & OCTET;
    }

    /** @return {@link #DF_DEFAULT}, {@link #DF_SET} or {@link #DF_CLEAR} of packed fields. */
    public static int df(final int fields)
    {
        return fields >>> DF_SHIFT & DF_MASK;
    }
}

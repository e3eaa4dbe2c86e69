// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

/**
 * Type of service, time to live and don't-fragment bit of one outer header in one {@code int}, so that a batch carries
 * them without a cost and two datagrams are known to be alike by one comparison.
 *
 * <pre>
 *  31           18 17 16 15           8 7            0
 *  +--------------+-----+--------------+--------------+
 *  |      0       |  DF | time to live |type of service|
 *  +--------------+-----+--------------+--------------+
 * </pre>
 *
 * A time to live of 0 and a DF of 0 leave the choice to the underlay: 0 as a whole is a header nobody had a wish for.
 */
public final class OuterFields
{
    /** The underlay's own choice. */
    public static final int DF_DEFAULT = 0;

    /** Set the don't-fragment bit. */
    public static final int DF_SET = 1;

    /** Clear it. */
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
     * @param ttl time to live or hop limit, 1…255, or 0.
     * @param df  one of {@link #DF_DEFAULT}, {@link #DF_SET} and {@link #DF_CLEAR}.
     * @return all three.
     */
    public static int pack(final int tos, final int ttl, final int df)
    {
        return tos | ttl << TTL_SHIFT | df << DF_SHIFT;
    }

    /**
     * @param fields packed.
     * @return type of service or traffic class.
     */
    public static int tos(final int fields)
    {
        return fields & OCTET;
    }

    /**
     * @param fields packed.
     * @return time to live or hop limit; 0: the underlay's choice.
     */
    public static int ttl(final int fields)
    {
        return fields >>> TTL_SHIFT & OCTET;
    }

    /**
     * @param fields packed.
     * @return {@link #DF_DEFAULT}, {@link #DF_SET} or {@link #DF_CLEAR}.
     */
    public static int df(final int fields)
    {
        return fields >>> DF_SHIFT & DF_MASK;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.setting;

/** Checks for the setters of contexts and options. They refuse a bad value at once, and name the setting. */
public final class Setting
{
    private Setting()
    {
    }

    /**
     * Refuse null.
     *
     * @return the value.
     * @throws IllegalArgumentException if it is null.
     */
    public static <T> T notNull(final String name, final T value)
    {
        if (value == null)
        {
            throw new IllegalArgumentException(name + "=null; give it a value");
        }
        return value;
    }

    /**
     * Refuse a number outside a range.
     *
     * @return the value.
     * @throws IllegalArgumentException if it is out of range.
     */
    public static int inRange(final String name, final int value, final int min, final int max)
    {
        if (value < min || value > max)
        {
            throw new IllegalArgumentException(name + "=" + value + " outside " + min + "…" + max);
        }
        return value;
    }

    /**
     * Refuse a number below a limit.
     *
     * @return the value.
     * @throws IllegalArgumentException if it is smaller.
     */
    public static int atLeast(final String name, final int value, final int min)
    {
        return (int)atLeast(name, (long)value, min);
    }

    /**
     * Refuse a number below a limit.
     *
     * @return the value.
     * @throws IllegalArgumentException if it is smaller.
     */
    public static long atLeast(final String name, final long value, final long min)
    {
        if (value < min)
        {
            throw new IllegalArgumentException(name + "=" + value + " < " + min);
        }
        return value;
    }
}

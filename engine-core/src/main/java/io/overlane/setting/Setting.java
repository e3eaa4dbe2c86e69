// SPDX-License-Identifier: Apache-2.0
package io.overlane.setting;

/** Checks that the setters of contexts and options share: a bad value is refused at once, by the setting's own name. */
public final class Setting
{
    private Setting()
    {
    }

    /**
     * Refuse null.
     *
     * @param name  of the setting.
     * @param value that was set.
     * @param <T>   type of the value.
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
     * @param name  of the setting.
     * @param value that was set.
     * @param min   smallest value that is accepted.
     * @param max   largest value that is accepted.
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
     * @param name  of the setting.
     * @param value that was set.
     * @param min   smallest value that is accepted.
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
     * @param name  of the setting.
     * @param value that was set.
     * @param min   smallest value that is accepted.
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

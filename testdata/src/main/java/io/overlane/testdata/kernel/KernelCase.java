// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata.kernel;

import io.overlane.testdata.Hex;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One experiment with a Linux vxlan device and its result; {@code kernel/ORIGIN.md} explains the words.
 *
 * @param section of the recordings.
 * @param name    short description, different for each case.
 * @param lines   recorded values by word, in order.
 */
public record KernelCase(String section, String name, Map<String, List<String>> lines)
{
    /** The device's own MAC in every case. */
    public static final long OWN_MAC = 0x02_11_11_11_11_11L;

    /**
     * @param word such as {@code before}.
     * @return its values, one for each line with this word.
     */
    public List<String> all(final String word)
    {
        return lines.getOrDefault(word, List.of());
    }

    /**
     * @param word that occurs once at most.
     * @return its value.
     */
    public @Nullable String one(final String word)
    {
        final List<String> values = all(word);
        if (values.size() > 1)
        {
            throw new IllegalStateException(word + " stands in '" + name + "' more than once");
        }
        return values.isEmpty() ? null : values.get(0);
    }

    /** @param word that occurs once at most. */
    public byte @Nullable [] frame(final String word)
    {
        final String value = one(word);
        return value == null ? null : octets(value);
    }

    /** @return true if the kernel dropped it. */
    public boolean isDropped()
    {
        return lines.containsKey("dropped");
    }

    /** @return the kernel's reasons. */
    public List<String> dropReasons()
    {
        final String reasons = one("dropped");
        return reasons == null || reasons.isEmpty() ? List.of() : List.of(reasons.split(" "));
    }

    /** @return true if the device was made with this option. */
    public boolean has(final String option)
    {
        return words().contains(option);
    }

    /** @return the word after it. */
    public @Nullable String option(final String option)
    {
        return option(option, 1);
    }

    /**
     * @param place 1 for the word after it.
     * @return the word.
     */
    public @Nullable String option(final String option, final int place)
    {
        final int index = words().indexOf(option);
        return index < 0 ? null : words().get(index + place);
    }

    /**
     * @param other value if the device was made without this option.
     * @return the number after it.
     */
    public int number(final String option, final int other)
    {
        final String value = option(option);
        return value == null ? other : Integer.decode(value);
    }

    /** @return the file with its packets. */
    public @Nullable String capture()
    {
        final String packets = one("packets");
        return packets == null ? null : packets.substring(0, packets.indexOf(' '));
    }

    /** @return number of its first packet, counted from 1. */
    public int firstPacket()
    {
        return range()[0];
    }

    /** @return the number of its last packet. */
    public int lastPacket()
    {
        return range()[1];
    }

    @Override
    public String toString()
    {
        return "[" + section + "] " + name;
    }

    private int[] range()
    {
        final String packets = Objects.requireNonNull(one("packets"));
        final int[] numbers = Arrays.stream(packets.substring(packets.indexOf(' ') + 1).split("-"))
            .mapToInt(Integer::parseInt).toArray();
        return new int[]{numbers[0], numbers[numbers.length - 1]};
    }

    private List<String> words()
    {
        final String device = one("device");
        return device == null ? List.of() : List.of(device.split(" "));
    }

    private static byte[] octets(final String value)
    {
        final StringBuilder digits = new StringBuilder();
        for (final String token : value.split(" "))
        {
            final int star = token.indexOf('*');
            digits.append(star < 0 ? token : token.substring(0, star).repeat(Integer.parseInt(token, star + 1,
                token.length(), 10)));
        }
        return Hex.parse(digits.toString());
    }
}

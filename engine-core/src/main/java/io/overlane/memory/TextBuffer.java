// SPDX-License-Identifier: Apache-2.0
package io.overlane.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.agrona.AsciiEncoding;
import org.agrona.AsciiNumberFormatException;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Text in a buffer, as Agrona's interfaces define it. The engine does not use it on the path of a frame: most methods
 * make a {@link String}.
 *
 * <p>Text with a length has its length in bytes in front, in {@link #STR_HEADER_LEN} bytes. A character outside ASCII
 * is written as {@code ?} by the methods for ASCII.
 */
abstract class TextBuffer implements AtomicBuffer
{
    private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

    @Override
    public final String getStringAscii(final int index)
    {
        return getStringAscii(index, NATIVE);
    }

    @Override
    public final String getStringAscii(final int index, final ByteOrder byteOrder)
    {
        return getStringAscii(index, getInt(index, byteOrder));
    }

    @Override
    public final String getStringAscii(final int index, final int length)
    {
        return getStringWithoutLengthAscii(index + STR_HEADER_LEN, length);
    }

    @Override
    public final int getStringAscii(final int index, final Appendable appendable)
    {
        return getStringAscii(index, appendable, NATIVE);
    }

    @Override
    public final int getStringAscii(final int index, final Appendable appendable, final ByteOrder byteOrder)
    {
        return getStringAscii(index, getInt(index, byteOrder), appendable);
    }

    @Override
    public final int getStringAscii(final int index, final int length, final Appendable appendable)
    {
        return getStringWithoutLengthAscii(index + STR_HEADER_LEN, length, appendable);
    }

    @Override
    public final String getStringWithoutLengthAscii(final int index, final int length)
    {
        return text(index, length, StandardCharsets.US_ASCII);
    }

    @Override
    public final int getStringWithoutLengthAscii(final int index, final int length, final Appendable appendable)
    {
        boundsCheck(index, length);
        try
        {
            for (int i = index; i < index + length; i++)
            {
                final byte octet = getByte(i);
                appendable.append(octet < 0 ? '?' : (char)octet);
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        return length;
    }

    @Override
    public final String getStringUtf8(final int index)
    {
        return getStringUtf8(index, NATIVE);
    }

    @Override
    public final String getStringUtf8(final int index, final ByteOrder byteOrder)
    {
        return getStringUtf8(index, getInt(index, byteOrder));
    }

    @Override
    public final String getStringUtf8(final int index, final int length)
    {
        return getStringWithoutLengthUtf8(index + STR_HEADER_LEN, length);
    }

    @Override
    public final String getStringWithoutLengthUtf8(final int index, final int length)
    {
        return text(index, length, StandardCharsets.UTF_8);
    }

    @Override
    public final int putStringAscii(final int index, final @Nullable String value)
    {
        return putStringAscii(index, value, NATIVE);
    }

    @Override
    public final int putStringAscii(final int index, final @Nullable CharSequence value)
    {
        return putStringAscii(index, value, NATIVE);
    }

    @Override
    public final int putStringAscii(final int index, final @Nullable String value, final ByteOrder byteOrder)
    {
        return putStringAscii(index, (CharSequence)value, byteOrder);
    }

    @Override
    public final int putStringAscii(final int index, final @Nullable CharSequence value, final ByteOrder byteOrder)
    {
        final int length = value == null ? 0 : value.length();
        boundsCheck(index, STR_HEADER_LEN + length);
        putInt(index, length, byteOrder);
        return STR_HEADER_LEN + putStringWithoutLengthAscii(index + STR_HEADER_LEN, value);
    }

    @Override
    public final int putStringWithoutLengthAscii(final int index, final @Nullable String value)
    {
        return putStringWithoutLengthAscii(index, (CharSequence)value);
    }

    @Override
    public final int putStringWithoutLengthAscii(final int index, final @Nullable CharSequence value)
    {
        return putStringWithoutLengthAscii(index, value, 0, Integer.MAX_VALUE);
    }

    @Override
    public final int putStringWithoutLengthAscii(
        final int index, final @Nullable String value, final int valueOffset, final int length)
    {
        return putStringWithoutLengthAscii(index, (CharSequence)value, valueOffset, length);
    }

    @Override
    public final int putStringWithoutLengthAscii(
        final int index, final @Nullable CharSequence value, final int valueOffset, final int length)
    {
        if (value == null)
        {
            return 0;
        }
        final int written = Math.min(value.length() - valueOffset, length);
        boundsCheck(index, written);
        for (int i = 0; i < written; i++)
        {
            final char character = value.charAt(valueOffset + i);
            putByte(index + i, character > 127 ? (byte)'?' : (byte)character);
        }
        return written;
    }

    @Override
    public final int putStringUtf8(final int index, final @Nullable String value)
    {
        return putStringUtf8(index, value, NATIVE, Integer.MAX_VALUE);
    }

    @Override
    public final int putStringUtf8(final int index, final @Nullable String value, final ByteOrder byteOrder)
    {
        return putStringUtf8(index, value, byteOrder, Integer.MAX_VALUE);
    }

    @Override
    public final int putStringUtf8(final int index, final @Nullable String value, final int maxEncodedLength)
    {
        return putStringUtf8(index, value, NATIVE, maxEncodedLength);
    }

    @Override
    public final int putStringUtf8(
        final int index, final @Nullable String value, final ByteOrder byteOrder, final int maxEncodedLength)
    {
        final byte[] bytes = utf8(value);
        if (bytes.length > maxEncodedLength)
        {
            throw new IllegalArgumentException(
                "the text has " + bytes.length + " bytes in UTF-8; at most " + maxEncodedLength + " are allowed");
        }
        boundsCheck(index, STR_HEADER_LEN + bytes.length);
        putInt(index, bytes.length, byteOrder);
        putBytes(index + STR_HEADER_LEN, bytes);
        return STR_HEADER_LEN + bytes.length;
    }

    @Override
    public final int putStringWithoutLengthUtf8(final int index, final @Nullable String value)
    {
        final byte[] bytes = utf8(value);
        putBytes(index, bytes);
        return bytes.length;
    }

    @Override
    public final int parseNaturalIntAscii(final int index, final int length)
    {
        return AsciiEncoding.parseIntAscii(natural(index, length), 0, length);
    }

    @Override
    public final long parseNaturalLongAscii(final int index, final int length)
    {
        return AsciiEncoding.parseLongAscii(natural(index, length), 0, length);
    }

    @Override
    public final int parseIntAscii(final int index, final int length)
    {
        return AsciiEncoding.parseIntAscii(number(index, length), 0, length);
    }

    @Override
    public final long parseLongAscii(final int index, final int length)
    {
        return AsciiEncoding.parseLongAscii(number(index, length), 0, length);
    }

    @Override
    public final int putIntAscii(final int index, final int value)
    {
        return putStringWithoutLengthAscii(index, Integer.toString(value));
    }

    @Override
    public final int putNaturalIntAscii(final int index, final int value)
    {
        return putIntAscii(index, value);
    }

    @Override
    public final int putLongAscii(final int index, final long value)
    {
        return putStringWithoutLengthAscii(index, Long.toString(value));
    }

    @Override
    public final int putNaturalLongAscii(final int index, final long value)
    {
        return putLongAscii(index, value);
    }

    @Override
    public final void putNaturalPaddedIntAscii(final int offset, final int length, final int value)
    {
        final String digits = Integer.toString(value);
        if (digits.length() > length)
        {
            throw new NumberFormatException(value + " has more than " + length + " digits");
        }
        setMemory(offset, length, (byte)'0');
        putStringWithoutLengthAscii(offset + length - digits.length(), digits);
    }

    @Override
    public final int putNaturalIntAsciiFromEnd(final int value, final int endExclusive)
    {
        final String digits = Integer.toString(value);
        final int start = endExclusive - digits.length();
        putStringWithoutLengthAscii(start, digits);
        return start;
    }

    private String natural(final int index, final int length)
    {
        final String digits = number(index, length);
        if (digits.charAt(0) == '-')
        {
            throw new AsciiNumberFormatException("not a natural number: " + digits);
        }
        return digits;
    }

    private String number(final int index, final int length)
    {
        if (length <= 0)
        {
            throw new AsciiNumberFormatException("no digits: index=" + index + " length=" + length);
        }
        return getStringWithoutLengthAscii(index, length);
    }

    private String text(final int index, final int length, final Charset charset)
    {
        boundsCheck(index, length);
        final byte[] bytes = new byte[length];
        getBytes(index, bytes);
        return new String(bytes, charset);
    }

    private static byte[] utf8(final @Nullable String value)
    {
        return value == null ? new byte[0] : value.getBytes(StandardCharsets.UTF_8);
    }
}

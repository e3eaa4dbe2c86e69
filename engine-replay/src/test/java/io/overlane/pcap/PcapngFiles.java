// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** pcapng files put together by hand. */
final class PcapngFiles
{
    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private ByteOrder order;

    private PcapngFiles(final ByteOrder order)
    {
        this.order = order;
    }

    static PcapngFiles start(final ByteOrder order)
    {
        return new PcapngFiles(order).section(order);
    }

    PcapngFiles section(final ByteOrder sectionOrder)
    {
        order = sectionOrder;
        return block(0x0A0D0D0A, body(16).putInt(0x1A2B3C4D).putShort((short)1).putShort((short)0).putLong(-1));
    }

    PcapngFiles addInterface(final int linkType, final int snapLength, final byte[]... options)
    {
        return block(1, body(8).putShort((short)linkType).putShort((short)0).putInt(snapLength), options);
    }

    PcapngFiles packet(final int id, final long time, final int original, final byte[] bytes, final byte[]... options)
    {
        final ByteBuffer body = body(20 + (bytes.length + 3) / 4 * 4)
            .putInt(id).putInt((int)(time >>> 32)).putInt((int)time).putInt(bytes.length).putInt(original).put(bytes);
        return block(6, body, options);
    }

    PcapngFiles block(final int type, final ByteBuffer body, final byte[]... options)
    {
        int length = 12 + body.capacity();
        for (final byte[] option : options)
        {
            length += option.length;
        }
        file.writeBytes(body(8).putInt(type).putInt(length).array());
        final byte[] bytes = new byte[body.capacity()];
        body.get(0, bytes);
        file.writeBytes(bytes);
        for (final byte[] option : options)
        {
            file.writeBytes(option);
        }
        file.writeBytes(body(4).putInt(length).array());
        return this;
    }

    ByteBuffer body(final int length)
    {
        return ByteBuffer.allocate(length).order(order);
    }

    byte[] option(final int code, final byte... value)
    {
        return body(4 + (value.length + 3) / 4 * 4).putShort((short)code).putShort((short)value.length).put(value)
            .array();
    }

    byte[] text(final int code, final String text)
    {
        return option(code, text.getBytes(StandardCharsets.UTF_8));
    }

    byte[] number(final int code, final long value)
    {
        return option(code, body(8).putLong(value).array());
    }

    byte[] word(final int code, final int value)
    {
        return option(code, body(4).putInt(value).array());
    }

    static byte[] end()
    {
        return new byte[4];
    }

    byte[] bytes()
    {
        return file.toByteArray();
    }

    CaptureReader open() throws IOException
    {
        return PcapFiles.read(bytes());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One block of a PEM file (RFC 7468). Text between blocks is ignored.
 *
 * @param label of the block.
 * @param der   its content.
 */
record PemBlock(String label, byte[] der)
{
    private static final Pattern BLOCK =
        Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    /**
     * @return its blocks in order; a block with headers (an encrypted key in the old format) has no content.
     * @throws IllegalArgumentException if a block is not base64; one line that names the text.
     */
    static List<PemBlock> all(final Pem pem)
    {
        final List<PemBlock> blocks = new ArrayList<>();
        final Matcher matcher = BLOCK.matcher(pem.text());
        while (matcher.find())
        {
            final boolean headers = matcher.group(2).contains(":");
            blocks.add(new PemBlock(matcher.group(1), headers ? new byte[0] : decode(pem, matcher.group(2))));
        }
        return blocks;
    }

    private static byte[] decode(final Pem pem, final String content)
    {
        try
        {
            return Base64.getMimeDecoder().decode(content);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException(pem.name() + ": a block of it is not base64", ex);
        }
    }
}

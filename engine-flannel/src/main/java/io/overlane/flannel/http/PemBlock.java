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

    /** @return its blocks in order; a block with headers (an encrypted key in the old format) has no content. */
    static List<PemBlock> all(final String text)
    {
        final List<PemBlock> blocks = new ArrayList<>();
        final Matcher matcher = BLOCK.matcher(text);
        while (matcher.find())
        {
            final boolean headers = matcher.group(2).contains(":");
            blocks.add(new PemBlock(
                matcher.group(1), headers ? new byte[0] : Base64.getMimeDecoder().decode(matcher.group(2))));
        }
        return blocks;
    }
}

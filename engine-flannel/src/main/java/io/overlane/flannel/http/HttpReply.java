// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.util.Map;

/**
 * A complete answer.
 *
 * @param status  of HTTP.
 * @param headers by name, in any case; of several with one name the first. Trailers are not included.
 * @param body    decoded from UTF-8, empty if there was none.
 */
public record HttpReply(int status, Map<String, String> headers, String body)
{
}

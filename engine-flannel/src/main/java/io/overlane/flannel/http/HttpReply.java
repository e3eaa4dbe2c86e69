// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.util.Map;

/**
 * An answer that was read whole.
 *
 * @param status  of HTTP.
 * @param headers by name, in whatever case; of several with one name the first. Trailers are not among them.
 * @param body    decoded from UTF-8, empty if there was none.
 */
public record HttpReply(int status, Map<String, String> headers, String body)
{
}

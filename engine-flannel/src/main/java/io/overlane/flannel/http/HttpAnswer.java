// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.io.InputStream;
import java.util.Map;

/**
 * The head of an answer whose body is not read yet.
 *
 * @param status  of HTTP.
 * @param headers by name, in any case; of several with one name the first.
 * @param body    to be read to its end before the connection serves another request.
 */
record HttpAnswer(int status, Map<String, String> headers, InputStream body)
{
}

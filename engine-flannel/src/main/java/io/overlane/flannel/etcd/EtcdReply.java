package io.overlane.flannel.etcd;

import java.net.URI;
import java.net.http.HttpHeaders;

/**
 * What an endpoint answered.
 *
 * @param endpoint that did.
 * @param status   of HTTP.
 * @param headers  of HTTP.
 * @param body     whole.
 */
record EtcdReply(URI endpoint, int status, HttpHeaders headers, String body)
{
}

<?php
// WHSEC=whsec_… php -S 127.0.0.1:4000 receiver.php
$body = file_get_contents('php://input');
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$at = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
$key = base64_decode(substr(getenv('WHSEC'), strlen('whsec_')));
$expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$at.$body", $key, true));

$verified = false;
foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $signature) {
    $verified = hash_equals($expected, $signature) || $verified;
}
if (!$verified || abs(time() - (int) $at) > 300) {
    http_response_code(401);
    return;
}
$message = json_decode($body, true);
// In production: pass over a $message['hook']['uuid'] that was seen before.
error_log($message['eventName'] . ' ' . $message['hook']['uuid']);
http_response_code(204);

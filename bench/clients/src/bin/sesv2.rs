//! A function with SES's client alone.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    clients::serve(clients::sesv2).await
}

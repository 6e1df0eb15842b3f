//! What a person is told of the functions' roles.

use std::cell::RefCell;

use simulation::calm::Calm;
use simulation::functions::ready;
use stages::permissions::run;
use stages::ports::{Answer, Identity, Roles};
use tag_state::check::{Finding, Grade};
use tag_state::permissions::{Denial, Question, Verdict};

/// An IAM that allows all but one action.
struct AllBut<'a> {
    denied: &'a str,
    asked: RefCell<Vec<String>>,
}

impl Roles for AllBut<'_> {
    async fn simulate(&self, _role: &str, question: &Question) -> Answer<Vec<Verdict>> {
        let mut verdicts = Vec::new();
        for action in &question.actions {
            self.asked.borrow_mut().push((*action).to_owned());
            verdicts.extend(question.resources.iter().map(|resource| Verdict {
                action: (*action).to_owned(),
                resource: resource.clone(),
                denial: (*action == self.denied).then_some(Denial::NotAllowed),
            }));
        }
        Ok(verdicts)
    }
}

const KEY: &str = "arn:aws:kms:us-east-1:000000000000:key/1";

fn of_new(denied: &str, key: Option<&str>) -> (Finding, Vec<String>) {
    let calm = Calm::new("-Drdsecho.check.roles=new=echo-New-1");
    let arn = "arn:aws:iam::000000000000:user/ann".to_owned();
    let identity = Ok(Identity { account: "000000000000".to_owned(), arn });
    let roles = AllBut { denied, asked: RefCell::default() };
    let mut found = ready(run(&calm.town.settings, &identity, "us-east-1", key, &roles, calm.town.now()));
    assert_eq!(found.len(), 1, "{found:#?}");
    (found.remove(0), roles.asked.into_inner())
}

/// A stack that was not told of production's key finds out at its first restore.
#[test]
fn a_role_that_may_not_use_productions_key_is_found_with_its_remedy() {
    let (found, asked) = of_new("kms:CreateGrant", Some(KEY));
    assert_eq!(found.grade, Grade::Bad, "{found}");
    assert!(found.says.ends_with(&format!("deploy template.yaml again with StorageKeyArn={KEY}")), "{found}");
    assert!(asked.contains(&"kms:DescribeKey".to_owned()), "{asked:?}");
    let (found, _) = of_new("rds:DescribeDBSnapshots", Some(KEY));
    assert!(found.says.ends_with("with the parameters that go with these settings"), "{found}");
    let (found, asked) = of_new("kms:CreateGrant", None);
    assert_eq!((found.grade, asked.contains(&"kms:CreateGrant".to_owned())), (Grade::Good, false), "{found}");
}
